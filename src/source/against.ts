// A server's directory beside those of the other members, as what they agreed on: an index for a while.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { buildIndex, type ServerInput } from '../store/build-index.js';
import { groupsByTxns } from '../store/common-txns.js';
import { openIndexInputs } from './index-inputs.js';
import { parseSource } from './parse.js';
import { tellingName, tellingNames } from './servers.js';
import type { SourceOptions } from './source-options.js';
import { makeTempFolder } from './temp-folder.js';

const CLUSTER = 'all';
const ONCE = 'name with --against the directories of the other members, each once';

/** What takes the place of a SOURCE. */
export interface Against {
  readonly source: string;
  /** A text in which the place of the index is the SOURCE as it was typed. */
  shown(text: string): string;
  close(): void;
}

/**
 * Reads the directories of several members of one ensemble.
 * @throws UsageError where one is none, is there twice or is of another ensemble, or `source` is one of several servers.
 */
export function readAgainst(source: string, others: readonly string[], options: SourceOptions): Against {
  const { path, who } = parseSource(source, existsSync, options.timeZone);
  if (who !== null) throw new UsageError(`${source}: --against goes with a directory`, 'name its path');
  const moment = source.slice(path.length);
  const inputs = openIndexInputs(
    namedApart([path, ...others]).map((one) => `${CLUSTER}=${one}`),
    options,
  );
  const folder = makeTempFolder();
  try {
    refuseTwice(inputs.clusters[0]!.servers);
    const index = join(folder.path, 'index.db');
    buildIndex(index, inputs.clusters, {
      snapshots: 'all',
      onProblem: options.onProblem,
      onProgress: (done, total) => options.onProgress?.('comparing', done, total),
    });
    refuseStrangers(index, inputs.clusters[0]!.servers[0]!.name);
    const typed = [path, ...others].join(', ');
    return {
      source: `${index}#${CLUSTER}${moment}`,
      shown: (text) => text.replaceAll(`${index}#${CLUSTER}`, typed).replaceAll(index, typed),
      close: () => folder.remove(),
    };
  } catch (error) {
    folder.remove();
    throw error;
  } finally {
    inputs.close();
  }
}

/**
 * The directories, with a name before each whose last part is that of another: as `compare` calls them.
 * @throws UsageError for one that is there twice.
 */
function namedApart(paths: readonly string[]): readonly string[] {
  const short = paths.map(tellingName);
  const long = tellingNames(paths);
  return paths.map((path, i) => {
    // A name that was typed counts, and what is not there is told by whoever reads it.
    if (!existsSync(path) || short.filter((name) => name === short[i]).length === 1) return path;
    const name = long[i]!;
    if (name !== null) return `${name}:${path}`;
    throw new UsageError(`${path} is there twice`, ONCE);
  });
}

/** @throws UsageError for a directory that comes twice under two names, as by a folder that holds `source` too. */
function refuseTwice(servers: readonly ServerInput[]): void {
  const seen = new Set<string>();
  for (const { dir } of servers) {
    const place = realpathSync(dir.snapDir);
    if (seen.has(place)) throw new UsageError(`${dir.path} is there twice`, ONCE);
    seen.add(place);
  }
}

/** @throws UsageError for a server whose history has nothing in common with that of `own`. */
function refuseStrangers(index: string, own: string): void {
  const groups = groupsByTxns(index);
  const ours = groups.find((group) => group.has(own));
  const strange = groups.find((group) => group !== ours);
  if (ours === undefined || strange === undefined) return;
  const what = `${[...strange].join(' and ')} and ${[...ours].join(' and ')} have no txn in common`;
  throw new UsageError(
    what,
    'servers of one ensemble have: leave out what is of another, or what is too old',
  );
}
