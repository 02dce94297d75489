// Reading an index: what it holds, and the doors to its trees and histories.
import type { Problem } from '../problems.js';
import type { ACL } from '../records/acl.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { readAcls } from './acl-table.js';
import { type Database, openForReading } from './database.js';
import { IndexHistory } from './index-history.js';
import { IndexTree } from './index-tree.js';
import { IndexTxns, type TxnFilter } from './index-txns.js';
import { type IndexedFile, type IndexedPlace, readFiles, readPlaces } from './indexed-files.js';
import { readProblems } from './problem-table.js';

/** A server of an index, with the name of its cluster. */
export interface IndexedServer {
  readonly id: number;
  readonly clusterId: number;
  readonly cluster: string;
  readonly name: string;
}

/** A snapshot of an index. */
export interface IndexedSnapshot {
  readonly id: number;
  readonly server: IndexedServer;
  readonly zxid: bigint;
  readonly isLoaded: boolean;
  readonly isSound: boolean;
  /** Path of the file as it was read. */
  readonly file: string;
}

/** An index opened for reading. Close it when done. */
export class IndexReader {
  readonly file: string;
  readonly #database: Database;
  #acls: Map<number, ACL[]> | null = null;

  /** @throws IndexError where `file` is no index, or one of another schema version. */
  constructor(file: string) {
    this.file = file;
    this.#database = openForReading(file);
  }

  servers(): IndexedServer[] {
    const rows = this.#database.prepare(
      `SELECT s.id, s.cluster_id AS clusterId, c.name AS cluster, s.name
       FROM server s JOIN cluster c ON c.id = s.cluster_id ORDER BY c.id, s.id`,
    );
    return (rows.raw().all() as [bigint, bigint, string, string][]).map(([id, clusterId, cluster, name]) => ({
      id: Number(id),
      clusterId: Number(clusterId),
      cluster,
      name,
    }));
  }

  /** The directories of the servers. */
  places(): IndexedPlace[] {
    return readPlaces(this.#database);
  }

  /** The files it was made of, by server. */
  files(): IndexedFile[] {
    return readFiles(this.#database);
  }

  /** Snapshots, newest first; loaded ones have a tree. */
  snapshots(): IndexedSnapshot[] {
    const servers = new Map(this.servers().map((server) => [server.id, server]));
    const rows = this.#database.prepare(
      `SELECT n.id, n.server_id, n.zxid, n.is_loaded, n.is_sound, f.path
       FROM snapshot n JOIN file f ON f.id = n.id ORDER BY n.zxid DESC, n.id`,
    );
    return (rows.raw().all() as [bigint, bigint, bigint, bigint, bigint, string][]).map(
      ([id, serverId, zxid, isLoaded, isSound, file]) => ({
        id: Number(id),
        server: servers.get(Number(serverId))!,
        zxid,
        isLoaded: isLoaded === 1n,
        isSound: isSound === 1n,
        file,
      }),
    );
  }

  /** Problems of some servers, or of all. */
  problems(serverIds?: readonly number[]): Problem[] {
    return [...readProblems(this.#database, serverIds)];
  }

  /** True where something of a cluster's logs (or of one server's) was left out because of damage. */
  hasSkippedTxns(clusterId: number, serverId: number | null): boolean {
    const sql = `SELECT 1 FROM file f JOIN server s ON s.id = f.server_id LEFT JOIN log l ON l.id = f.id
      WHERE f.kind = 'log' AND s.cluster_id = ? AND (? IS NULL OR s.id = ?)
        AND (l.id IS NULL OR l.skipped > 0 OR l.tail = 'corrupt') LIMIT 1`;
    return this.#database.prepare(sql).get(clusterId, serverId, serverId) !== undefined;
  }

  /** Txns of a cluster after a zxid: those that are not in a snapshot of that zxid. Null where it has no logs. */
  countTxnsAfter(clusterId: number, zxid: bigint): number | null {
    if (!this.#hasLogs(clusterId)) return null;
    const sql = 'SELECT count(DISTINCT zxid) FROM txn WHERE cluster_id = ? AND zxid > ?';
    return Number(this.#database.prepare(sql).pluck().get(clusterId, zxid));
  }

  /** The tree of a loaded snapshot. */
  tree(snapshot: IndexedSnapshot): IndexTree {
    return new IndexTree(this.#database, snapshot.id, snapshot.file, this.#readAcls());
  }

  /** Txns by zxid, of a cluster or of what one of its servers holds. */
  txns(clusterId: number, serverId: number | null, filter: TxnFilter): Iterable<LoggedTxn> {
    return new IndexTxns(this.#database, this.#readAcls()).select(clusterId, serverId, filter);
  }

  /** What a cluster, or one of its servers, holds of the history of single znodes. */
  history(clusterId: number, serverId: number | null): IndexHistory {
    return new IndexHistory(this.#database, clusterId, serverId);
  }

  /** Txns by their row ids, in that order. */
  txnsById(ids: Iterable<bigint>, serverId: number | null): Iterable<LoggedTxn> {
    return new IndexTxns(this.#database, this.#readAcls()).byId(ids, serverId);
  }

  close(): void {
    this.#database.close();
  }

  #hasLogs(clusterId: number): boolean {
    const sql = `SELECT 1 FROM file f JOIN server s ON s.id = f.server_id WHERE f.kind = 'log' AND s.cluster_id = ? LIMIT 1`;
    return this.#database.prepare(sql).get(clusterId) !== undefined;
  }

  #readAcls(): Map<number, ACL[]> {
    this.#acls ??= readAcls(this.#database);
    return this.#acls;
  }
}

/** Opens an index for reading. @throws IndexError where `file` is no index, or one of another schema version. */
export function openIndex(file: string): IndexReader {
  return new IndexReader(file);
}
