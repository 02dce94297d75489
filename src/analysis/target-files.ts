// check --for: what a target makes of the files of a directory as they are.
import { simulateBoot } from '../datadir/boot.js';
import type { NoteCode } from '../datadir/boot-outcome.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { readLogFacts } from '../datadir/log-facts.js';
import type { LogEndKind } from '../datadir/server-log.js';
import type { ServerSpec } from '../datadir/server-settings.js';
import { readSnapshotFacts } from '../datadir/snapshot-facts.js';
import { opName } from '../records/op-code.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { SourceLog } from '../source/source-log.js';
import { bootRow } from './boot-row.js';
import { lossOf } from './start-findings.js';
import type { Target } from './target.js';
import type { TargetTally } from './target-tally.js';

/** Notes of a start that speak against copying the files. */
const TELLING: ReadonlySet<NoteCode> = new Set([
  'fuzzy-replay',
  'znode-path',
  'acl-lacking',
  'gap-after-snapshot',
  'zxid-backward',
  'log-bytes-behind',
  'multi-part-unread',
]);

/** Starts a server of the target on the directory, in theory. `newest` is the newest zxid there is. */
export function checkFiles(
  dir: DataDir,
  { release, extendedTypes, maxBuffer }: Target,
  newest: Zxid | null,
  tally: TargetTally,
  log: SourceLog,
): void {
  const spec: ServerSpec = { release: release!.text, extendedTypes, maxBuffer };
  // The settings of the servers that wrote the files are not those of the target.
  const row = bootRow('', simulateBoot({ ...dir, config: null }, spec), null, (file) => log.shown(file));
  if (!row.starts) {
    const detail = `${row.code}, "${row.error}": ${row.why}`;
    tally.add('target-stops', { detail, file: row.file, offset: row.offset });
    return;
  }
  const loss = lossOf(row, newest);
  if (loss !== null) tally.add('target-loses', { detail: `${row.release}: ${loss}` });
  for (const { code, text, file, offset } of row.notes) {
    if (TELLING.has(code)) tally.add('target-skips', { detail: `${code}: ${text}`, file, offset });
  }
  for (const { file, why } of row.ignored) {
    tally.add('target-skips', { detail: `not seen: ${why}`, file });
  }
}

/** Op codes that clickhouse-keeper-converter reads (deserializeTxnImpl). */
const KEEPER_OPS: ReadonlySet<number> = new Set([-11, -10, -1, 1, 2, 5, 7, 13, 14]);
/** Ends of a log at which it stops reading without an error. */
const KEEPER_ENDS: ReadonlySet<LogEndKind> = new Set(['clean', 'padded']);

/** What clickhouse-keeper-converter makes of the files. */
export function checkKeeperFiles(dir: DataDir, tally: TargetTally, log: SourceLog): void {
  const newest = dir.snapshots.at(-1);
  if (newest === undefined) return;
  if (newest.codec !== 'raw') {
    tally.add('keeper-compressed', { file: log.shown(newest.path), detail: newest.codec });
  }
  const { end } = readSnapshotFacts(newest.path, newest.zxid);
  if (end !== null && end.zxid > newest.zxid) {
    const detail = `it holds effects of txns up to ${formatZxid(end.zxid)}`;
    tally.add('keeper-fuzzy', { file: log.shown(newest.path), detail });
  }
  for (const file of keeperLogs(dir.logs, newest.zxid)) checkKeeperLog(file, tally, log);
}

/** It reads logs from the last one on that begins before the snapshot. */
function keeperLogs(logs: readonly DataFile[], snapshot: Zxid): readonly DataFile[] {
  const first = logs.findLastIndex(({ zxid }) => zxid < snapshot);
  return logs.slice(Math.max(first, 0));
}

function checkKeeperLog({ path }: DataFile, tally: TargetTally, log: SourceLog): void {
  const { hazards, parts, end } = readLogFacts(path);
  const file = log.shown(path);
  for (const { kind, value, offset, zxid } of hazards) {
    if (kind !== 'op' || KEEPER_OPS.has(value)) continue;
    const at = zxid === null ? '' : `, first at ${formatZxid(zxid)}`;
    tally.add('keeper-op', { file, offset, detail: `${nameOf(value)}${at}` });
  }
  for (const { code, first } of parts) {
    if (KEEPER_OPS.has(code)) continue;
    const detail = `${nameOf(code)} in a multi, first at ${formatZxid(first.zxid)}`;
    tally.add('keeper-op', { file, offset: first.offset, detail });
  }
  if (end !== null && !KEEPER_ENDS.has(end.kind)) {
    const detail = `expected ${end.expected}, found ${end.found}`;
    tally.add('keeper-log', { file, offset: end.offset, detail });
  }
}

function nameOf(code: number): string {
  return `${opName(code) ?? 'unknown'} (${code})`;
}
