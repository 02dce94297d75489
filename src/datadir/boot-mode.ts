// Whether a server runs alone or as a member of an ensemble, and its number (QuorumPeerConfig, QuorumPeer.start).
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import type { AddNote, BootStop } from './boot-outcome.js';
import type { DataDir } from './data-dir.js';
import { hasTrait } from './release.js';
import type { ServerMode, ServerSettings } from './server-settings.js';
import { firstLineOf, parseLong } from './small-text.js';
import { readZooCfg, type ZooCfg } from './zoo-cfg.js';

/** How a server runs; what stops it before it reads any data. */
export interface ModeRead {
  readonly mode: ServerMode;
  readonly stop: BootStop | null;
}

/** Decides; `wanted` is what was asked for, if anything. */
export function readMode(
  dir: DataDir,
  wanted: ServerMode | undefined,
  settings: ServerSettings,
  note: AddNote,
): ModeRead {
  const servers = dir.config === null ? null : serversOf(dir.config);
  const mode = wanted ?? modeOf(dir, servers, settings, note);
  return { mode, stop: myidStop(dir, mode, servers, settings, note) };
}

/** Ids in server lines, voters and observers; null where the lines are in a file that is not here. */
interface Servers {
  readonly voters: readonly string[];
  readonly all: readonly string[];
}

function serversOf(config: ZooCfg): Servers | null {
  const dynamic = config.dynamicConfigFile;
  const lines = dynamic === undefined ? config : dynamicLines(dynamic);
  if (lines === null) return null;
  const all = Object.keys(lines).filter((key) => key.startsWith('server.'));
  const ids = (keys: readonly string[]) => keys.map((key) => key.slice('server.'.length).trim());
  return { voters: ids(all.filter((key) => !lines[key]!.includes(':observer'))), all: ids(all) };
}

function dynamicLines(file: string): ZooCfg | null {
  try {
    return readZooCfg(file);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function modeOf(
  dir: DataDir,
  servers: Servers | null,
  { release }: ServerSettings,
  note: AddNote,
): ServerMode {
  const { config } = dir;
  if (config !== null) {
    if (servers === null) return 'quorum';
    const mayBeOne = hasTrait(release, 'runsQuorumOfOne') && config.standaloneEnabled?.trim() === 'false';
    return servers.voters.length > 1 || (mayBeOne && servers.voters.length === 1) ? 'quorum' : 'standalone';
  }
  const sign = dir.epochs.length > 0 ? 'epoch files' : dir.myid !== null ? 'a myid' : null;
  if (sign !== null)
    note('mode-guessed', `there is no zoo.cfg, and ${sign}: taken for a member of an ensemble`);
  return sign === null ? 'standalone' : 'quorum';
}

function myidStop(
  dir: DataDir,
  mode: ServerMode,
  servers: Servers | null,
  { release }: ServerSettings,
  note: AddNote,
): BootStop | null {
  const file = myidFile(dir.snapDir);
  const readsAlways = hasTrait(release, 'runsQuorumOfOne');
  const line = firstLineOf(file);
  if (line === null) {
    if (mode === 'standalone') return null;
    if (dir.config === null) {
      note('myid-not-here', 'a member of an ensemble needs a file myid in its dataDir, which is not here');
      return null;
    }
    return {
      code: 'myid-missing',
      error: 'myid file is missing',
      file,
      offset: null,
      expected: 'a file with the number of this server',
      found: 'none',
      why: 'zoo.cfg names several servers, and nothing says which of them this is',
      todo: 'Write the number that its server.N line has into dataDir/myid.',
    };
  }
  if (mode === 'standalone' && !readsAlways) return null;
  const id = parseLong(line);
  if (id === null) {
    return {
      code: 'myid-unreadable',
      error: `serverid ${line ?? 'null'} is not a number`,
      file,
      offset: 0,
      expected: 'a decimal number and nothing else in the first line',
      found: line === undefined ? 'no line' : JSON.stringify(line.slice(0, 40)),
      why: 'myid holds no number; spaces count too',
      todo: 'Write the number that its server.N line has into myid.',
    };
  }
  if (mode === 'standalone' || servers === null || servers.all.length === 0) return null;
  const number = `${id}`;
  if (servers.all.includes(number)) return null;
  return {
    code: 'myid-unlisted',
    error: `My id ${number} not in the peer list`,
    file,
    offset: 0,
    expected: `one of ${servers.all.join(', ')}`,
    found: number,
    why: 'zoo.cfg has no server line of that number',
    todo: 'Check whether myid or zoo.cfg belongs to another server.',
  };
}

function myidFile(snapDir: string): string {
  return join(basename(snapDir) === 'version-2' ? dirname(snapDir) : snapDir, 'myid');
}
