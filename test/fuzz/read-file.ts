// The library's readers over the bytes of one file: everything that they can tell is asked for.
import type { Problem } from '../../src/problems.js';
import { SnapshotReader } from '../../src/snapshot/read-snapshot.js';
import { LogReader } from '../../src/txnlog/read-log.js';
import { txnProblems } from '../../src/txnlog/txn-problems.js';
import { attempt, checkProblem, Failure } from './judge.js';
import { streamOf } from './memory-bytes.js';

/** Reads bytes as a snapshot. */
export function fuzzSnapshot(file: string, bytes: Buffer): void {
  attempt('openSnapshot', () => {
    const check = (problem: Problem) => checkProblem(problem, 'openSnapshot');
    const reader = new SnapshotReader(streamOf(file, bytes), check);
    try {
      for (const { id, timeout } of reader.sessions()) use(id, timeout);
      for (const { key, acl } of reader.acls()) use(key, acl.length);
      let end = 0;
      for (const znode of reader.znodes()) {
        const { path, text, data, acl, stat, offset, length } = znode;
        use(path, text, data, acl, stat);
        if (offset < end) throw new Failure('offsets', `znode at ${offset}, before ${end}`);
        end = offset + length;
      }
      use(reader.isSound, reader.trailer, reader.header);
    } finally {
      reader.close();
    }
  });
}

/** Reads bytes as a log. */
export function fuzzLog(file: string, bytes: Buffer): void {
  attempt('openTxnLog', () => {
    const check = (problem: Problem) => checkProblem(problem, 'openTxnLog');
    const reader = new LogReader(streamOf(file, bytes), check);
    try {
      let end = 0;
      for (const record of reader.records()) {
        const { txn, offset, length, zxid, header } = record;
        use(zxid, header);
        if (offset < end) throw new Failure('offsets', `record at ${offset}, before ${end}`);
        end = offset + length;
        for (const problem of txnProblems({ txn, evidence: { file, offset, length } })) check(problem);
      }
      if (reader.tail === null) throw new Failure('tail', 'none at the end of the records');
      use(reader.isSound, reader.tail, reader.firstZxid, reader.lastZxid);
    } finally {
      reader.close();
    }
  });
}

// Getters are called for what they do.
function use(..._values: unknown[]): void {}
