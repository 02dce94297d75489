// Which zxids the chosen txns have, as ranges.
import type { Zxid } from '../records/zxid.js';
import type { ZxidRun } from '../tree/continuity.js';
import { joinRuns } from '../tree/holdings.js';
import type { Database } from './database.js';
import { chosen, type TxnChoice } from './txn-choice.js';

const RANGES = `SELECT r.first_zxid, r.last_zxid FROM log_range r JOIN log l ON l.id = r.log_id
  JOIN server s ON s.id = l.server_id WHERE s.cluster_id = ? AND (? IS NULL OR s.id = ?)`;

/** The zxids of the chosen txns, ascending, none twice. */
export function chosenRuns(database: Database, choice: TxnChoice): ZxidRun[] {
  const { clusterId, serverId, agreedTo = null } = choice;
  const all = joinRuns(runs(database, RANGES, clusterId, serverId, serverId));
  if (agreedTo === null) return all;
  const copies = `SELECT c.first_zxid, c.last_zxid FROM single_copy c JOIN server s ON s.id = c.server_id
    WHERE s.cluster_id = ?`;
  const lost = joinRuns(runs(database, copies, clusterId));
  // One branch of a fork may be agreed on: its zxids are there all the same.
  const { sql: agreed, values } = chosen(choice);
  const zxids = database
    .prepare(`SELECT t.zxid FROM txn t WHERE ${agreed} AND t.zxid BETWEEN ? AND ?`)
    .pluck();
  const kept = lost.flatMap(({ from, to }) => zxids.all(...values, from, to) as Zxid[]);
  const left = without(all, [...lost, { from: agreedTo + 1n, to: 2n ** 63n - 1n }]);
  return joinRuns([...left, ...kept.map((zxid) => ({ from: zxid, to: zxid }))]);
}

/** False where no two of the chosen txns have one zxid: in the agreed history, and where no ranges of logs meet. */
export function mayRepeat(database: Database, { clusterId, serverId, agreedTo }: TxnChoice): boolean {
  if (agreedTo !== undefined) return false;
  const sql = `${RANGES} ORDER BY r.first_zxid`;
  const sorted = runs(database, sql, clusterId, serverId, serverId);
  return sorted.some(({ from }, i) => i > 0 && from <= sorted[i - 1]!.to);
}

function runs(database: Database, sql: string, ...values: unknown[]): ZxidRun[] {
  const rows = database
    .prepare(sql)
    .raw()
    .all(...values) as [Zxid, Zxid][];
  return rows.map(([from, to]) => ({ from, to }));
}

/** What is in the first of two ascending lists and not in the second. */
function without(all: readonly ZxidRun[], less: readonly ZxidRun[]): ZxidRun[] {
  const left: ZxidRun[] = [];
  let at = 0;
  for (const { from, to } of all) {
    let start = from;
    while (at < less.length && less[at]!.to < start) at++;
    for (let i = at; i < less.length && less[i]!.from <= to; i++) {
      if (less[i]!.from > start) left.push({ from: start, to: less[i]!.from - 1n });
      start = less[i]!.to + 1n;
    }
    if (start <= to) left.push({ from: start, to });
  }
  return left;
}
