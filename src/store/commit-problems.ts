// What the judgement of a cluster's txns finds wrong, each with the record that shows it.
import { type Problem, problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { Copies } from '../tree/agreed-history.js';
import { listText } from '../tree/electorate.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import type { ClusterServer } from './cluster-files.js';
import { type Database, run } from './database.js';
import { ProblemTable } from './problem-table.js';

/** A branch of a fork, as far as states and holders stay the same. */
export interface ForkBranch {
  /** Row of its first txn. */
  readonly txnId: bigint;
  readonly from: Zxid;
  readonly to: Zxid;
  /** Places of the servers that hold it, and of those that hold the others. */
  readonly holders: readonly number[];
  readonly others: readonly number[];
  readonly state: CommitState;
}

/** The same thing found more often than this in one cluster is one find too many. */
const MOST = 100;

/** Writes what was found, in place of what an earlier run found. */
export function writeCommitProblems(
  database: Database,
  clusterId: number,
  servers: readonly ClusterServer[],
  { branches, copies }: { readonly branches: readonly ForkBranch[]; readonly copies: readonly Copies[] },
): void {
  run(
    database,
    `DELETE FROM problem WHERE code IN ('txn-fork', 'txn-single-copy')
       AND server_id IN (SELECT id FROM server WHERE cluster_id = ?)`,
    clusterId,
  );
  const names = (places: readonly number[]) => listText(places.map((place) => servers[place]!.server));
  for (const branch of branches.filter(({ state }) => state !== 'committed').slice(0, MOST)) {
    const { from, to, holders, others, state } = branch;
    const record = recordOf(database, branch.txnId, servers[holders[0]!]!.serverId);
    const expected = `the txn that ${names(others)} ${others.length === 1 ? 'has' : 'have'} for ${formatZxid(from)}`;
    const found = `another${rangeText(from, to)}${state === 'unknown' ? '; nothing decides between them' : ''}`;
    add(database, record, problem('txn-fork', { ...record, expected, found }));
  }
  const first = database.prepare(
    'SELECT t.id FROM txn t WHERE t.cluster_id = ? AND t.zxid = ? AND t.committed = 0',
  );
  for (const { server, from, to, txns } of copies.slice(0, MOST)) {
    const { serverId } = servers[server]!;
    const ids = first.pluck().all(clusterId, from) as bigint[];
    const record = ids.map((id) => findRecord(database, id, serverId)).find((one) => one !== undefined);
    if (record === undefined) continue;
    const expected = 'a majority of the voters, or a later epoch, to have it too';
    const found = `${txns === 1n ? '1 txn' : `${txns} txns`} of this server alone${rangeText(from, to)}`;
    add(database, record, problem('txn-single-copy', { ...record, expected, found }));
  }
}

interface RecordPlace {
  readonly serverId: number;
  readonly fileId: number;
  readonly file: string;
  readonly offset: number;
}

function recordOf(database: Database, txnId: bigint, serverId: number): RecordPlace {
  return findRecord(database, txnId, serverId)!;
}

function findRecord(database: Database, txnId: bigint, serverId: number): RecordPlace | undefined {
  const sql = `SELECT f.id, f.path, r."offset" FROM record r JOIN file f ON f.id = r.log_id
    WHERE r.txn_id = ? AND f.server_id = ? ORDER BY f.zxid, f.name LIMIT 1`;
  const row = database.prepare(sql).raw().get(txnId, serverId) as [bigint, string, bigint] | undefined;
  if (row === undefined) return undefined;
  const [id, file, offset] = row;
  return { serverId, fileId: Number(id), file, offset: Number(offset) };
}

function add(database: Database, { serverId, fileId }: RecordPlace, found: Problem): void {
  new ProblemTable(database, serverId, (path) => path).add(fileId, found);
}

function rangeText(from: Zxid, to: Zxid): string {
  return from === to ? '' : `, and so on up to ${formatZxid(to)}`;
}
