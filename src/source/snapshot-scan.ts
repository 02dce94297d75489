// One pass over a snapshot file: its records, with progress, and with everything that is wrong reported.
import { statSync } from 'node:fs';
import { inputError } from '../container/file-bytes.js';
import { FormatError } from '../errors.js';
import { type OnProblem, type Problem, type ProblemCode, problem, problemOf } from '../problems.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import type { SnapshotTrailer } from '../snapshot/seal.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { AclTable } from './acl-table.js';
import type { PackedZnode } from './packed-znode.js';
import type { TreeScan } from './scanned-tree.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

// Errors behind the tree: a server may reject the file for them, but every znode was read.
const TREE_IS_WHOLE: ReadonlySet<ProblemCode> = new Set([
  'snapshot-trailer-cut',
  'snapshot-trailer-checksum',
]);

/** A snapshot file that is read as often as it is asked, each time anew and with one reader. */
export class SnapshotScan implements TreeScan {
  readonly file: string;
  /** True once damage was found that kept a part of the tree from being read. */
  isDamaged = false;
  /** The ACL table of the last pass. */
  acls = new AclTable([]);
  /** What stands behind the tree; null before a whole pass, and where it cannot be read. */
  trailer: SnapshotTrailer | null = null;
  readonly #log: SourceLog;
  /** As it is called in evidence. */
  readonly #shown: string;
  readonly #state: string;

  /** @throws InputError where there is no such file. */
  constructor(file: string, log: SourceLog) {
    this.file = file;
    this.#log = log;
    this.#shown = log.shown(file);
    this.#state = stateOf(file);
  }

  /** Reports a problem, and remembers whether it keeps the tree from being whole. */
  report: OnProblem = (found: Problem): void => {
    if (found.severity === 'error' && !TREE_IS_WHOLE.has(found.code)) this.isDamaged = true;
    this.#log.report(found);
  };

  /** The znodes in the file's order; one object for all, as in SnapshotReader. */
  *records(): Generator<ZnodeRecord> {
    const reader = this.#open();
    if (reader === null) return;
    try {
      this.acls = new AclTable(reader.acls());
      const label = `reading ${this.#log.shown(this.file)}`;
      const slow = new SlowScan(this.#log, true);
      for (const record of reader.znodes()) {
        this.acls.check(record);
        if ((record.ordinal & 0xfff) === 0) slow.tick(label, reader);
        yield record;
      }
      this.trailer = reader.trailer;
      for (const found of this.acls.problems(this.file)) this.report(found);
      this.#checkUnchanged();
    } finally {
      reader.close();
    }
  }

  // Field by field: a spread costs 2 µs a znode, as much as everything else.
  znode(record: PackedZnode, numChildren: number | undefined): Znode {
    const { path, data, dataLength, stat, offset, length } = record;
    const evidence = { file: this.#shown, offset, length };
    return { path, data, dataLength, acl: this.acls.get(record.acl), stat, numChildren, evidence };
  }

  *sessions(): Generator<Session> {
    const reader = this.#open();
    if (reader === null) return;
    try {
      yield* reader.sessions();
    } finally {
      reader.close();
    }
  }

  /** Null where the file does not even begin like a snapshot, which is reported. */
  #open(): SnapshotReader | null {
    try {
      return openSnapshot(this.file, this.report);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.isDamaged = true;
      this.#log.report(problemOf(error, error.code === 'truncated' ? 'snapshot-cut' : undefined));
      return null;
    }
  }

  #checkUnchanged(): void {
    const now = stateOf(this.file);
    if (now === this.#state) return;
    this.report(problem('file-changed', { file: this.file, offset: 0, expected: this.#state, found: now }));
  }
}

/** Size and modification time, for a problem's text. */
function stateOf(file: string): string {
  try {
    const { size, mtime } = statSync(file);
    return `${size} bytes of ${mtime.toISOString()}`;
  } catch (cause) {
    throw inputError(file, cause);
  }
}
