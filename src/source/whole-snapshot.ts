// The snapshot in a SOURCE as it stands, for whoever wants that and not the tree that it and the logs make.
import { basename } from 'node:path';
import { UsageError } from '../errors.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import {
  DIGEST_BLOCK_BYTES,
  LAST_ZXID_BLOCK_BYTES,
  SEAL_BYTES,
  type TrailerBlocks,
} from '../snapshot/seal.js';
import type { WholeSnapshot } from '../snapshot/whole-snapshot.js';
import { indexedSnapshot } from './indexed-snapshot.js';
import { surveyNewest } from './log-survey.js';
import { type ResolvedDirectory, resolveTree } from './resolve.js';
import { snapshotCandidates } from './snapshot-ends.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/**
 * Opens the snapshot in a SOURCE: the file that it is; of a directory the newest sound one where no txns follow it; of an
 * index the newest loaded one, or that of the zxid at its end.
 * @throws UsageError where there is none, or the tree is more than the snapshot.
 */
export function openWholeSnapshot(text: string, options: SourceOptions): WholeSnapshot {
  const resolved = resolveTree(text, options);
  const close = () => resolved.close();
  const { name } = resolved;
  try {
    if (resolved.kind === 'index') return indexedSnapshot(resolved, options);
    if (resolved.kind === 'directory') {
      const { path, zxid } = newestFile(resolved, new SourceLog(options, resolved.shown));
      return fromFile(path, `${name} ${basename(path)}`, zxid, options, close);
    }
    const { path, zxid, kind } = resolved;
    if (kind === 'log') throw new UsageError(`${name}: is a txn log`, 'name a snapshot');
    if (zxid === null) {
      throw new UsageError(`${name}: the zxid is not known`, 'name the file snapshot.<zxid>, in hex');
    }
    return fromFile(path, name, zxid, options, close);
  } catch (error) {
    close();
    throw error;
  }
}

function newestFile({ dir, name, when }: ResolvedDirectory, log: SourceLog): { path: string; zxid: Zxid } {
  if (when !== null) throw new UsageError(`${name}: a file has no moments`, 'leave out what is behind @');
  const newest = snapshotCandidates(dir, log).findLast(({ survey }) => survey !== null);
  if (newest === undefined) {
    throw new UsageError(`${name}: no sound snapshot here`, 'zoolog doctor tells what is wrong');
  }
  const { zxid, file } = newest;
  const { newest: last } = surveyNewest(dir, zxid, log);
  if (last !== null && last.zxid > zxid) {
    const why = `${name}: txns up to ${formatZxid(last.zxid)} follow ${newest.name}`;
    throw new UsageError(why, `name the file, ${file.path}, or leave out --verbatim`);
  }
  return { path: file.path, zxid };
}

function fromFile(
  path: string,
  name: string,
  zxid: Zxid,
  options: SourceOptions,
  release: () => void,
): WholeSnapshot {
  const reader = openSnapshot(path, options.onProblem);
  return {
    name,
    zxid,
    header: reader.header,
    sessions: () => reader.sessions(),
    acls: () => reader.acls(),
    znodes: () => reader.znodes(),
    end: () => {
      const { trailer, afterTree } = reader;
      if (trailer === null || !reader.isSound)
        return 'is damaged, and what is left of it is not written anew';
      if (afterTree!.length === trailerBytes(trailer)) return trailer;
      return 'has bytes behind its end, which --verbatim does not write; leave it out';
    },
    checksum: null,
    close: () => {
      reader.close();
      release();
    },
  };
}

function trailerBytes({ digest, lastProcessedZxid }: TrailerBlocks): number {
  const blocks = SEAL_BYTES + (digest === null ? 0 : DIGEST_BLOCK_BYTES + SEAL_BYTES);
  return blocks + (lastProcessedZxid === null ? 0 : LAST_ZXID_BLOCK_BYTES + SEAL_BYTES);
}
