/**
 * zoolog as a library: the readers that its command line uses.
 *
 * Everything is synchronous and reads only. Jute longs are `bigint`, times milliseconds since 1970. Paths and ACL
 * ids are `RawText`, which keeps bytes that are not valid UTF-8; `displayText` turns them into text.
 *
 * @module
 */
export { simulateBoot } from './datadir/boot.js';
export { BootFiles } from './datadir/boot-files.js';
export type {
  Boot,
  BootChange,
  Booted,
  BootNote,
  BootStop,
  NoteCode,
  PassedOver,
  ReadLog,
  StopCode,
  Stopped,
} from './datadir/boot-outcome.js';
export { type BootTree, type DeletedAtBoot, treeAfterBoot } from './datadir/boot-tree.js';
export { type DataDir, type DataFile, openDataDir } from './datadir/data-dir.js';
export { parseRelease, type Release, TESTED } from './datadir/release.js';
export type { IgnoredFile } from './datadir/seen-files.js';
export type { ServerMode, ServerSettings, ServerSpec } from './datadir/server-settings.js';
export { FormatError, IndexError, InputError, TruncatedError, UsageError } from './errors.js';
export { bytesOf, decodedText, displayText, type RawText, rawText } from './jute/raw-text.js';
export { type OnProblem, PROBLEMS, type Problem, type ProblemCode, problemText } from './problems.js';
export type { ACL, Id } from './records/acl.js';
export type { Evidence } from './records/evidence.js';
export { type KindAndTtl, kindOf, type ZnodeKind } from './records/kind.js';
export type { Op, UnknownOp } from './records/op.js';
export { errorName, OP_CODES, type OpName, opName } from './records/op-code.js';
export { formatPerms } from './records/perms.js';
export type { StatPersisted } from './records/stat-persisted.js';
export type { TxnDigest } from './records/txn-digest.js';
export type { TxnHeader } from './records/txn-header.js';
export { counterOf, epochOf, formatHex, formatZxid, parseZxid, type Zxid } from './records/zxid.js';
export { openSnapshot, type SnapshotReader } from './snapshot/read-snapshot.js';
export type { SealCheck, SnapshotDigest, SnapshotTrailer } from './snapshot/seal.js';
export type { Session } from './snapshot/session.js';
export type { Znode } from './snapshot/znode.js';
export type { ZnodeRecord } from './snapshot/znode-record.js';
export { openTree, openTxns } from './source/open.js';
export type { SourceOptions } from './source/source-options.js';
export type { Moment, TxnRange, TxnSource, ZnodeOptions, ZnodeSource } from './source/sources.js';
export { type BuildOptions, type BuildSummary, buildIndex, type ClusterInput } from './store/build-index.js';
export { type IndexedServer, type IndexedSnapshot, IndexReader, openIndex } from './store/index-reader.js';
export { type BaseTree, snapshotBase } from './tree/base-tree.js';
export type { DigestDifference, DigestOutcome, DigestReport } from './tree/digest-check.js';
export type { Exactness } from './tree/exactness.js';
export { Replay, type ReplayInput, type ReplayStep } from './tree/replay.js';
export { type TreeAt, type TreeAtInput, type TreeZnode, treeAt, treeZnodes } from './tree/tree-at.js';
export type { LogRecord } from './txnlog/log-record.js';
export type { LogTail } from './txnlog/log-tail.js';
export type { LoggedTxn } from './txnlog/logged-txn.js';
export { type LogReader, openTxnLog } from './txnlog/read-log.js';
export type { Txn } from './txnlog/txn.js';
