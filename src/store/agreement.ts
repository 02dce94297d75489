// What the servers of a cluster agree on: judged at the end of every build, from all that the index then holds.
import type { Zxid } from '../records/zxid.js';
import { agreedHistory } from '../tree/agreed-history.js';
import { electorateOf } from '../tree/electorate.js';
import { BEYOND, isBeyondJudging, judgeCommits } from '../tree/judge-commits.js';
import { clusterConfigs, clusterServers } from './cluster-files.js';
import { writeCommitProblems } from './commit-problems.js';
import { committedOf } from './committed.js';
import { type Database, run } from './database.js';
import { findForks, markForks } from './fork-rows.js';

/** Judges the txns of every cluster and writes what came of it. */
export function judgeClusters(database: Database): void {
  database.exec('DELETE FROM agreement');
  database.exec('DELETE FROM single_copy');
  for (const id of database.prepare('SELECT id FROM cluster').pluck().all() as bigint[]) {
    judgeCluster(database, Number(id));
  }
}

function judgeCluster(database: Database, clusterId: number): void {
  const members = clusterServers(database, clusterId);
  const { votes, voters, text } = electorateOf(members, clusterConfigs(database, clusterId));
  const servers = members.map((member, i) => ({ ...member, vote: votes[i]! }));
  const ids = members.map(({ serverId }) => serverId);
  const forks = findForks(database, clusterId, ids);
  const verdict = judgeCommits({ servers, forks, voters });
  const update = database.prepare(
    'UPDATE txn SET committed = ? WHERE cluster_id = ? AND zxid BETWEEN ? AND ? AND committed IS NOT ?',
  );
  for (const { from, to, state } of verdict.ranges) {
    const committed = committedOf(state);
    update.run(committed, clusterId, from, to, committed);
  }
  const branches = markForks(database, clusterId, ids, verdict.forks);
  const { upTo, knownTo, fork, copies } = agreedHistory(verdict, servers);
  const insert = 'INSERT INTO agreement VALUES (?, ?, ?, ?, ?)';
  run(
    database,
    insert,
    clusterId,
    upTo,
    knownTo,
    fork?.from ?? null,
    isBeyondJudging({ servers, forks }) ? BEYOND : text,
  );
  for (const { server, from, to, txns } of copies) {
    run(database, 'INSERT INTO single_copy VALUES (?, ?, ?, ?)', ids[server]!, from, to, txns);
  }
  writeCommitProblems(database, clusterId, members, { branches, copies });
}

/** Txns that a server holds and that were not committed. */
export interface SingleCopies {
  readonly serverId: number;
  readonly server: string;
  readonly from: Zxid;
  /** Included. */
  readonly to: Zxid;
  readonly txns: number;
}

/** What the servers of a cluster agree on. */
export interface Agreement {
  /**
   * The agreed history ends with this zxid, included: up to there it is all txns but single copies. Null where there
   * is no txn.
   */
  readonly upTo: Zxid | null;
  /** Up to here it is known to be committed; null where nothing is. */
  readonly knownTo: Zxid | null;
  /** The fork that it stops before, since nothing decides it; null without one. */
  readonly fork: Zxid | null;
  /** Who votes, and how that is known: a clause. */
  readonly voters: string;
  /** By server and zxid. */
  readonly copies: readonly SingleCopies[];
}

/** False for a cluster of one server of which nothing is known: its txns have no state, as in a directory. */
export function tellsCommits(database: Database, clusterId: number): boolean {
  const sql = `SELECT (SELECT count(*) FROM server WHERE cluster_id = a.cluster_id) > 1 OR committed_zxid IS NOT NULL
    FROM agreement a WHERE cluster_id = ?`;
  return database.prepare(sql).pluck().get(clusterId) === 1n;
}

/** Reads what was judged of a cluster. */
export function readAgreement(database: Database, clusterId: number): Agreement {
  const own = database.prepare('SELECT * FROM agreement WHERE cluster_id = ?').get(clusterId) as {
    readonly zxid: Zxid | null;
    readonly committed_zxid: Zxid | null;
    readonly fork_zxid: Zxid | null;
    readonly voters: string;
  };
  const copies = database
    .prepare(
      `SELECT s.id, s.name, c.first_zxid, c.last_zxid, c.txns FROM single_copy c JOIN server s ON s.id = c.server_id
       WHERE s.cluster_id = ? ORDER BY s.id, c.first_zxid`,
    )
    .raw()
    .all(clusterId) as [bigint, string, Zxid, Zxid, bigint][];
  return {
    upTo: own.zxid,
    knownTo: own.committed_zxid,
    fork: own.fork_zxid,
    voters: own.voters,
    copies: copies.map(([serverId, server, from, to, txns]) => ({
      serverId: Number(serverId),
      server,
      from,
      to,
      txns: Number(txns),
    })),
  };
}
