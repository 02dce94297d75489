// Every digest that a server recorded, against a replay of its logs.
import type { DataDir } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { LogSource } from '../source/log-source.js';
import { type SnapshotCandidate, snapshotCandidates } from '../source/snapshot-ends.js';
import type { SourceLog } from '../source/source-log.js';
import { snapshotBase } from '../tree/base-tree.js';
import { servedRanges } from '../tree/choose-base.js';
import { continuityOf } from '../tree/continuity.js';
import type { DigestReport } from '../tree/digest-check.js';
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
  for (const problem of dir.problems) log.report(problem);
  const files = dir.logs.filter(({ content }) => content === 'log').map(({ path }) => path);
  const logs = new LogSource(server, files, log);
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
