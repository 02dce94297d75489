// Every digest that a server recorded, against a replay of its logs.
import type { DataDir } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import { LogSource } from '../source/log-source.js';
import { readOrReport } from '../source/read-or-report.js';
import { type SnapshotCandidate, snapshotCandidates } from '../source/snapshot-ends.js';
import type { SourceLog } from '../source/source-log.js';
import { snapshotBase } from '../tree/base-tree.js';
import { servedRanges } from '../tree/choose-base.js';
import { continuityOf } from '../tree/continuity.js';
import type { DigestReport } from '../tree/digest-check.js';
import { HashedReplay } from '../tree/hashed-replay.js';
import { ZnodeHashes } from '../tree/path-hash.js';
import { snapshotEnd } from '../tree/snapshot-end.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import { treeAt } from '../tree/tree-at.js';

/** One replay and its digests, as a row. */
export interface DigestRun {
  readonly server: string;
  /** The snapshot that the replay begins with. */
  readonly base: string;
  /** The newest zxid that was applied. */
  readonly zxid: Zxid;
  readonly compared: number;
  readonly matched: number;
  readonly differed: number;
  /** Txns without a digest: errors, servers before 3.6, digest.enabled=false. */
  readonly withoutDigest: number;
  readonly otherVersion: number;
  /** Txns that the snapshot may hold effects of already. */
  readonly fuzzy: number;
  /** The digest block of the snapshot; null where there is none. */
  readonly snapshotDigest: 'matched' | 'differs' | null;
  /** Of the first txn that differs; null where none does. */
  readonly firstDifference: Zxid | null;
  readonly op: string | null;
  readonly file: string | null;
  /** Offset of its record, in bytes of the decompressed file. */
  readonly offset: number | null;
  /** As recorded, signed. */
  readonly expected: bigint | null;
  /** Of the replayed tree, signed. */
  readonly found: bigint | null;
  /** The last zxid before it at which the digests agreed. */
  readonly lastMatched: Zxid | null;
  /** What could explain it, likeliest first. */
  readonly causes: readonly string[];
}

/**
 * Replays all logs of a server. The replay begins with the oldest sound snapshot, so that most digests are compared;
 * behind a hole in the logs another begins, with the oldest snapshot there.
 */
export function* digestRuns(dir: DataDir, server: string, log: SourceLog): Generator<DigestRun> {
  const run = hashedRun(dir, server, log);
  if (run !== null) yield run;
  else yield* fullDigestRuns(dir, server, log);
}

/** The same, by the replay that knows all cases and says why a digest differs. It reads the logs three times. */
export function* fullDigestRuns(dir: DataDir, server: string, log: SourceLog): Generator<DigestRun> {
  for (const problem of dir.problems) log.report(problem);
  const logs = logsOf(dir, server, log);
  const candidates = snapshotCandidates(dir, log);
  const ranges = servedRanges(candidates, continuityOf(zxidsOf(logs)));
  let reached: Zxid | null = null;
  for (const { base: zxid, to } of ranges.sort((a, b) => (a.base < b.base ? -1 : 1))) {
    if (reached !== null && zxid <= reached) continue;
    const base = candidates.find((one) => one.zxid === zxid)!;
    yield runFrom(base, to, server, logs, log);
    reached = to;
  }
}

function logsOf(dir: DataDir, server: string, log: SourceLog): LogSource {
  const files = dir.logs.filter(({ content }) => content === 'log').map(({ path }) => path);
  return new LogSource(server, files, log);
}

/** The one replay there is where all is in order, by one reading of each file; null where it is not. */
function hashedRun(dir: DataDir, server: string, log: SourceLog): DigestRun | null {
  for (const problem of dir.problems) log.report(problem);
  const [base, ...others] = snapshotCandidates(dir, log);
  if (base === undefined) return null;
  const { path, size, zxid } = base.file;
  const replay = new HashedReplay(size, dir.logs.length > 0);
  readOrReport(path, log.report, () => takeBase(replay, base, log));
  const logs = logsOf(dir, server, log);
  for (const { file, record } of logs.records()) replay.apply(record, record.txn, log.shown(file));
  const result = logs.isComplete ? replay.result() : null;
  // One behind the logs begins another replay. All are read, for what may be wrong with them.
  const reached = result?.zxid ?? zxid;
  const isLast = others.filter((other) => other.survey !== null && other.zxid > reached).length === 0;
  return result === null || !isLast ? null : digestRun(server, base.name, result.zxid, result.digests);
}

function takeBase(replay: HashedReplay, { name, file }: SnapshotCandidate, log: SourceLog): void {
  const reader = openSnapshot(file.path, log.report);
  try {
    const hashes = new ZnodeHashes();
    const tally = new SnapshotTally();
    for (const znode of reader.znodes()) {
      hashes.take(znode);
      tally.add(znode, hashes.digest);
      replay.take(znode, hashes);
    }
    const { trailer, isSound } = reader;
    const end = snapshotEnd(file.zxid, tally.newest, trailer);
    const { znodes, digest } = tally;
    replay.begin({ name, zxid: file.zxid, end, trailer, znodes, treeDigest: digest.value, isSound });
  } finally {
    reader.close();
  }
}

/** True where a digest was recorded that the replay does not have. */
export function isDifferent({ differed, snapshotDigest }: DigestRun): boolean {
  return differed > 0 || snapshotDigest === 'differs';
}

function runFrom(
  { name, zxid: from, file }: SnapshotCandidate,
  to: Zxid,
  server: string,
  logs: LogSource,
  log: SourceLog,
): DigestRun {
  const base = snapshotBase(file.path, from, name, log.report);
  const txns = () => logs.txns({ fromZxid: from + 1n });
  const { zxid, digests } = treeAt({ base, txns, to, data: false });
  return digestRun(server, name, zxid, digests!);
}

/** What came of a replay that began with the snapshot `base` and ended at `zxid`, as a row. */
export function digestRun(
  server: string,
  base: string,
  zxid: Zxid,
  { skipped, first, snapshot, ...counts }: DigestReport,
): DigestRun {
  return {
    ...{ server, base, zxid },
    compared: counts.compared,
    matched: counts.matched,
    differed: counts.differed,
    withoutDigest: skipped.none,
    otherVersion: skipped.otherVersion,
    fuzzy: skipped.fuzzy,
    snapshotDigest: snapshot,
    firstDifference: first?.zxid ?? null,
    op: first?.op ?? null,
    file: first?.evidence.file ?? null,
    offset: first?.evidence.offset ?? null,
    expected: first?.expected ?? null,
    found: first?.found ?? null,
    lastMatched: first?.lastMatched ?? null,
    causes: first?.causes.map(({ text }) => text) ?? [],
  };
}

function* zxidsOf(logs: LogSource): Generator<Zxid> {
  for (const { txn } of logs.txns()) yield txn.header.zxid;
}
