// Opening what a person named, as a tree or as a history.
import { UsageError } from '../errors.js';
import type { Zxid } from '../records/zxid.js';
import { withCommits } from './committed-txns.js';
import { ExportedTree, isExportedTree } from './exported-tree.js';
import { openIndexTree, openIndexTxns } from './index-source.js';
import { LogSource, openDirectoryTxns } from './log-source.js';
import { logsAfter } from './logs-after.js';
import { openMoment } from './open-moment.js';
import { type Resolved, resolve, resolveTree } from './resolve.js';
import { SnapshotSource } from './snapshot-source.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import type { TxnSource, ZnodeSource } from './sources.js';

export type { When } from '../tree/log-survey.js';
export { isExportedTree } from './exported-tree.js';
export { parseSource, type SourceName, type Who } from './parse.js';
export { placesRead } from './places-read.js';
export {
  type Resolved,
  type ResolvedDirectory,
  type ResolvedFile,
  type ResolvedIndex,
  resolve,
  resolveAll,
} from './resolve.js';
export type { SourceOptions } from './source-options.js';

/**
 * Opens a SOURCE as a tree, that of a directory or an index also at a moment (`backup/zk1@0x50000002f`), or an export of
 * one as ndjson; close it afterwards.
 *
 * @example
 * const tree = openTree('backup/zk1', { onNote: console.error, onProblem: console.error });
 * for (const znode of tree.znodes()) console.log(znode.path);
 * @throws UsageError where there is no such SOURCE or moment or it is a log; InputError where no sound snapshot is in it.
 */
export function openTree(text: string, options: SourceOptions): ZnodeSource {
  return openTreeOf(text, options).tree;
}

/** The same, with what the SOURCE is, which is closed with the tree; null for an export. */
export function openTreeOf(
  text: string,
  options: SourceOptions,
): { tree: ZnodeSource; resolved: Resolved | null } {
  if (isExportedTree(text)) return { tree: new ExportedTree(text, new SourceLog(options)), resolved: null };
  const resolved = resolveTree(text, options);
  return { tree: opened(resolved, (one) => openResolvedTree(one, options)), resolved };
}

function openResolvedTree(resolved: Resolved, options: SourceOptions): ZnodeSource {
  const log = new SourceLog(options, resolved.shown);
  const release = () => resolved.close();
  switch (resolved.kind) {
    case 'index':
      return openIndexTree(resolved.path, resolved.who, resolved.when, options);
    case 'directory':
      return openMoment(resolved, resolved.when, log);
    case 'log':
      throw new UsageError(
        `${resolved.name}: is a txn log, and a tree is asked for`,
        'name a snapshot or the directory; "zoolog log" shows the txns of a log',
      );
    case 'snapshot': {
      const { name, zxid, path } = resolved;
      if (zxid === null) log.note(`${name}: the zxid is not known, the file is not named snapshot.<zxid>`);
      return new SnapshotSource(path, { name, zxid, laterTxns: null }, log, release);
    }
  }
}

/**
 * Opens a SOURCE as a history; close it afterwards.
 * @throws UsageError where there is no such SOURCE, or it is a snapshot.
 */
export function openTxns(text: string, options: SourceOptions): TxnSource {
  return opened(resolve(text, options), (resolved) => openResolvedTxns(resolved, options));
}

/** The same of what was resolved already, which is closed with it. @throws UsageError for a snapshot. */
export function openResolvedTxns(resolved: Resolved, options: SourceOptions): TxnSource {
  const log = new SourceLog(options, resolved.shown);
  const release = () => resolved.close();
  switch (resolved.kind) {
    case 'index':
      return openIndexTxns(resolved.path, resolved.who, options);
    case 'directory': {
      const txns = openDirectoryTxns(resolved.dir, resolved.name, log, release);
      const isAsked = options.commits === true && resolved.siblings.length > 0;
      return isAsked ? withCommits(txns, resolved, log) : txns;
    }
    case 'log':
      return new LogSource(resolved.name, [resolved.path], log, release);
    case 'snapshot':
      throw new UsageError(
        `${resolved.name}: is a snapshot, and txns are asked for`,
        'name a log or the directory; "zoolog find" and "zoolog ls" show what is in a snapshot',
      );
  }
}

/**
 * Opens the txns behind a zxid of what `openTree` opens as a tree, that of a directory of its own logs alone; null for a
 * snapshot file, which has none.
 */
export function openTxnsAfter(text: string, zxid: Zxid, options: SourceOptions): TxnSource | null {
  return opened(resolveTree(text, options), (resolved) => {
    const log = new SourceLog(options, resolved.shown);
    const release = () => resolved.close();
    if (resolved.kind === 'index') return openIndexTxns(resolved.path, resolved.who, options);
    if (resolved.kind === 'directory') {
      return new LogSource(resolved.name, logsAfter(resolved.dir.logs, zxid), log, release);
    }
    release();
    return null;
  });
}

/** Opens what was resolved; what was unpacked for it is removed where that fails. */
function opened<T>(resolved: Resolved, open: (resolved: Resolved) => T): T {
  try {
    return open(resolved);
  } catch (error) {
    resolved.close();
    throw error;
  }
}
