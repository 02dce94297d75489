// Who is in an ensemble and who votes: the server, group and weight lines of a zoo.cfg, of its dynamic file (3.5 and
// later), and of the data of /zookeeper/config (QuorumPeerConfig, QuorumMaj, QuorumHierarchical).
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'dot-properties';
import { InputError } from '../errors.js';
import type { Ensemble } from '../tree/electorate.js';
import type { DataDir } from './data-dir.js';
import { readZooCfg, type ZooCfg } from './zoo-cfg.js';

/** A configuration beside a server's data. */
export interface EnsembleFile {
  readonly file: string;
  /** Its server, group, weight and version lines. */
  readonly text: string;
}

const LINE = /^(server|group|weight)\.(\d{1,15})$/;

/** Reads the lines of a configuration; null where they name no server that votes. */
export function parseEnsemble(text: string): Ensemble | null {
  const lines = parse(text) as ZooCfg;
  const ids: number[] = [];
  const observers: number[] = [];
  const groupOf = new Map<number, number>();
  const weights = new Map<number, number>();
  for (const [key, value] of Object.entries(lines)) {
    const match = LINE.exec(key);
    if (match === null) continue;
    const number = Number(match[2]);
    if (match[1] === 'server') (isObserver(value) ? observers : ids).push(number);
    else if (match[1] === 'weight') weights.set(number, Number(value));
    else for (const id of value.split(':')) groupOf.set(Number(id), number);
  }
  if (ids.length === 0) return null;
  const groups = new Map(
    [...groupOf].map(([id, group]) => [id, { group, weight: weights.get(id) ?? 1 }] as const),
  );
  const version = /^[0-9a-f]{1,16}$/i.exec(lines.version ?? '')?.[0] ?? '0';
  const from = BigInt.asIntN(64, BigInt(`0x${version}`));
  return {
    from,
    ids: ids.sort(byNumber),
    observers: observers.sort(byNumber),
    groups: groups.size === 0 ? null : groups,
  };
}

// host:port:port:observer;clientPort, and the role in any case.
function isObserver(value: string): boolean {
  return /:observer$/i.test(value.split(';')[0]!.trim());
}

/**
 * The configurations of the ensemble beside a server's data: its zoo.cfg, and every version of the dynamic file that
 * lies with it. A name that zoo.cfg has for the dynamic file is that on the server; here it is looked for by its
 * last part.
 */
export function ensembleFiles({
  config,
  configFile,
}: Pick<DataDir, 'config' | 'configFile'>): EnsembleFile[] {
  if (config === null || configFile === null) return [];
  const found: EnsembleFile[] = [];
  const add = (file: string, lines: ZooCfg, version: string | undefined) => {
    const own = Object.entries(lines).filter(([key]) => LINE.test(key) || key === 'version');
    if (version !== undefined && lines.version === undefined) own.push(['version', version]);
    const text = own
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join('\n');
    if (parseEnsemble(text) !== null) found.push({ file, text });
  };
  add(configFile, config, undefined);
  const named = basename(config.dynamicConfigFile?.trim() ?? `${basename(configFile)}.dynamic`);
  const stem = named.replace(/\.[0-9a-f]+$/i, '');
  for (const name of namesBeside(configFile)) {
    if (!name.startsWith(stem)) continue;
    const version = /^(?:\.([0-9a-f]{1,16}))?$/i.exec(name.slice(stem.length));
    if (version === null) continue;
    const file = join(dirname(configFile), name);
    const lines = readOrNothing(file);
    if (lines !== null) add(file, lines, version[1]);
  }
  return found;
}

function namesBeside(file: string): string[] {
  const folder = dirname(file);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function readOrNothing(file: string): ZooCfg | null {
  try {
    return readZooCfg(file);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}
