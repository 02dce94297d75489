// inspect: what is known of one snapshot or log, as a row.
import type { Codec } from '../container/plain-stream.js';
import type { DataFile } from '../datadir/data-dir.js';
import type { Content } from '../datadir/identify.js';
import type { Problem } from '../problems.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { TailKind } from '../txnlog/log-tail.js';
import type { LogReader } from '../txnlog/read-log.js';
import type { Txn } from '../txnlog/txn.js';
import { releaseGuess } from './release-hints.js';

/** A file in output. What does not apply, or was not read, is null. */
export interface FileFacts {
  /** The server whose directory holds it. */
  readonly server: string;
  readonly file: string;
  /** What its name says it is. */
  readonly kind: 'snapshot' | 'log';
  /** What its first bytes say it is. */
  readonly content: Content;
  readonly codec: Codec;
  /** Bytes on disk. */
  readonly size: number;
  /** In the name. */
  readonly zxid: bigint | null;
  /** Of a log: of its first txn. */
  readonly firstZxid: bigint | null;
  /** Of a log: of its last txn. Of a snapshot: the newest in its znodes. */
  readonly lastZxid: bigint | null;
  /** Epochs of the zxids of a log, first to last; of a snapshot that of its name. */
  readonly firstEpoch: number | null;
  readonly lastEpoch: number | null;
  /** Of a log: the earliest time of a txn. */
  readonly firstTime: bigint | null;
  /** Of a log: the latest time of a txn. Of a snapshot: the newest mtime. */
  readonly lastTime: bigint | null;
  /** Null where they were not looked at. */
  readonly checksums: 'right' | 'wrong' | null;
  /** All could be read and all checksums are right; null where that was not looked at. */
  readonly sound: boolean | null;
  readonly znodes: number | null;
  readonly persistent: number | null;
  readonly ephemeral: number | null;
  readonly container: number | null;
  readonly ttl: number | null;
  readonly sessions: number | null;
  readonly acls: number | null;
  /** Bytes of data in all znodes. */
  readonly dataBytes: number | null;
  /** Of the digest block; a block that says nothing has zxid 0 and digest 0. */
  readonly digestZxid: bigint | null;
  readonly digest: bigint | null;
  /** Of the block that 3.9 and later write. */
  readonly lastProcessedZxid: bigint | null;
  /** It holds effects of txns after the one in its name. */
  readonly fuzzy: boolean | null;
  readonly txns: number | null;
  /** Ops by name, parts of multis as `multi: create`. */
  readonly ops: Readonly<Record<string, number>> | null;
  readonly tail: TailKind | null;
  /** Bytes after the last sound txn. */
  readonly tailBytes: number | null;
  /** Txns and stretches left out because of damage. */
  readonly skipped: number | null;
  /** The oldest release that writes what is in it: `3.6+`. */
  readonly release: string | null;
  readonly hints: readonly string[];
  /** Problems found in it. */
  readonly problems: number;
  /** True for a file of an index that was no longer there when it was last indexed; absent otherwise. */
  readonly gone?: boolean;
}

/** Where a file is and what it is called. */
export interface InspectedFile {
  readonly server: string;
  /** As output calls it. */
  readonly shown: string;
  /** What its name and first bytes gave away, already reported. */
  readonly known?: readonly Problem[];
  readonly file: Pick<DataFile, 'path' | 'kind' | 'content' | 'codec' | 'size'> & {
    readonly zxid: bigint | null;
  };
}

/** Takes how many bytes of a file are read. */
export type OnBytes = (bytes: number) => void;

/** Takes what passes as a snapshot is inspected, so that it is read once for several questions. */
export interface SnapshotVisitor {
  problem(found: Problem): void;
  session(session: Session): void;
  /** `offset` is that behind it. */
  acl(acl: AclRecord, offset: number): void;
  znode(znode: ZnodeRecord): void;
  /** All that could be read was read. */
  end(reader: SnapshotReader): void;
}

/** The same for a log: sound records, in the file's order. */
export interface LogVisitor {
  problem(found: Problem): void;
  record(record: LogRecord, txn: Txn): void;
  end(reader: LogReader): void;
}

/** The row of a file of which only name and first bytes are known. */
export function bareFacts({ server, shown, file }: InspectedFile): FileFacts {
  const { kind, content, codec, size, zxid } = file;
  const hints = kind === 'snapshot' && codec !== 'raw' ? releaseGuess(['compressed']) : releaseGuess([]);
  return {
    ...{ server, file: shown, kind, content, codec, size, zxid },
    ...{
      firstZxid: null,
      lastZxid: null,
      firstEpoch: null,
      lastEpoch: null,
      firstTime: null,
      lastTime: null,
    },
    ...{ checksums: null, sound: null },
    ...{
      znodes: null,
      persistent: null,
      ephemeral: null,
      container: null,
      ttl: null,
      sessions: null,
      acls: null,
    },
    ...{ dataBytes: null, digestZxid: null, digest: null, lastProcessedZxid: null, fuzzy: null },
    ...{ txns: null, ops: null, tail: null, tailBytes: null, skipped: null },
    ...hints,
    problems: 0,
  };
}
