// The snapshot file in a SOURCE, for whoever wants it as it stands and not the tree that it and the logs make.
import { UsageError } from '../errors.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { surveyNewest } from './log-survey.js';
import { resolveTree } from './resolve.js';
import { snapshotCandidates } from './snapshot-ends.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/** A snapshot file. */
export interface SnapshotFile {
  /** As it is called in messages. */
  readonly name: string;
  /** As it can be opened. */
  readonly path: string;
  /** The one in its name. */
  readonly zxid: Zxid;
  close(): void;
}

/**
 * Finds the snapshot file in a SOURCE: the file that it is, or of a directory the newest sound one where no txns follow
 * it.
 * @throws UsageError where there is none, or the tree is more than the file.
 */
export function findSnapshotFile(text: string, options: SourceOptions): SnapshotFile {
  const resolved = resolveTree(text, options);
  const log = new SourceLog(options, resolved.shown);
  const close = () => resolved.close();
  const refuse = (why: string, hint: string): UsageError => {
    close();
    return new UsageError(`${resolved.name}: ${why}`, hint);
  };
  if (resolved.kind === 'index')
    throw refuse('an index does not keep files as they stand', 'name the snapshot');
  if (resolved.kind !== 'directory') {
    const { name, path, zxid, kind } = resolved;
    if (kind === 'log') throw refuse('is a txn log', 'name a snapshot');
    if (zxid === null) throw refuse('the zxid is not known', 'name the file snapshot.<zxid>, in hex');
    return { name, path, zxid, close };
  }
  const { dir, name, when } = resolved;
  if (when !== null) throw refuse('a file has no moments', 'leave out what is behind @');
  const newest = snapshotCandidates(dir, log).findLast(({ survey }) => survey !== null);
  if (newest === undefined) throw refuse('no sound snapshot here', 'zoolog doctor tells what is wrong');
  const { newest: last } = surveyNewest(dir, newest.zxid, log);
  if (last !== null && last.zxid > newest.zxid) {
    const why = `txns up to ${formatZxid(last.zxid)} follow ${newest.name}`;
    throw refuse(why, `name the file, ${newest.file.path}, or leave out --verbatim`);
  }
  return { name: `${name} ${newest.name}`, path: newest.file.path, zxid: newest.zxid, close };
}
