// Reading an index: what it holds, and the doors to its trees and histories.
import type { Content } from '../datadir/identify.js';
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { TrailerBlocks } from '../snapshot/seal.js';
import type { BaseTree } from '../tree/base-tree.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import { OtherServers } from '../tree/other-servers.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type Agreement, readAgreement } from './agreement.js';
import { clusterServers } from './cluster-files.js';
import { type Database, lacksData, openForReading } from './database.js';
import { type Focus, type FocusRange, focusTxns } from './focus-txns.js';
import { IndexAcls } from './index-acls.js';
import { indexBase } from './index-base.js';
import { IndexHistory } from './index-history.js';
import { IndexTree } from './index-tree.js';
import { IndexTxns } from './index-txns.js';
import {
  type IndexedFile,
  type IndexedLog,
  type IndexedPlace,
  readFiles,
  readLogs,
  readPlaces,
} from './indexed-files.js';
import { listedChildren } from './listed-children.js';
import type { LoadedTree } from './loaded-pairs.js';
import { PathText } from './path-text.js';
import { readProblems } from './problem-table.js';
import { firstTxn, surveyNewest, surveyTxns } from './survey-txns.js';
import { grownIn, touchedBetween } from './touched-between.js';
import { choiceOf, chosen, type TxnChoice, type TxnFilter } from './txn-choice.js';

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
  /** False also for one that could not even be opened. */
  readonly isSound: boolean;
  /** By its first bytes; other than snapshot in a file that is only named as one. */
  readonly content: Content;
  /** Name of the file. */
  readonly name: string;
  /** Path of the file as it was read. */
  readonly file: string;
  readonly znodes: number;
  /** Newest zxid in a stat. */
  readonly newestZxid: bigint;
  readonly trailer: TrailerBlocks;
  /** Sum of the znodes' digests, signed; null where it is not loaded. */
  readonly treeDigest: bigint | null;
  /** Adler-32 of what stands before the first seal; null where the file ends before that. */
  readonly checksum: number | null;
}

interface SnapshotRow {
  readonly id: bigint;
  readonly server_id: bigint;
  readonly zxid: bigint;
  readonly name: string;
  readonly path: string;
  readonly content: Content;
  readonly is_loaded: bigint | null;
  readonly is_sound: bigint | null;
  readonly znodes: bigint | null;
  readonly newest_zxid: bigint | null;
  readonly digest_zxid: bigint | null;
  readonly digest_version: bigint | null;
  readonly digest: bigint | null;
  readonly last_processed_zxid: bigint | null;
  readonly tree_digest: bigint | null;
  readonly checksum: bigint | null;
}

/** An index opened for reading. Close it when done. */
export class IndexReader {
  readonly file: string;
  readonly #database: Database;
  readonly #acls: IndexAcls;

  /** @throws IndexError where `file` is no index, or one of another schema version. */
  constructor(file: string) {
    this.file = file;
    this.#database = openForReading(file);
    this.#acls = new IndexAcls(this.#database);
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

  /** The logs that could be opened, with the zxids in them. */
  logs(): IndexedLog[] {
    return readLogs(this.#database);
  }

  /** The files it was made of, by server. */
  files(): IndexedFile[] {
    return readFiles(this.#database);
  }

  /** Files named as snapshots, newest first; loaded ones have a tree. */
  snapshots(): IndexedSnapshot[] {
    const servers = new Map(this.servers().map((server) => [server.id, server]));
    const rows = this.#database.prepare(
      `SELECT f.id, f.server_id, f.zxid, f.name, f.path, f.content, n.is_loaded, n.is_sound, n.znodes, n.newest_zxid,
         n.digest_zxid, n.digest_version, n.digest, n.last_processed_zxid, n.tree_digest, n.checksum
       FROM file f LEFT JOIN snapshot n ON n.id = f.id
       WHERE f.kind = 'snapshot' ORDER BY f.zxid DESC, f.id`,
    );
    return (rows.all() as SnapshotRow[]).map((row) => snapshotOf(row, servers.get(Number(row.server_id))!));
  }

  /** Problems of some servers, or of all. */
  problems(serverIds?: readonly number[]): Problem[] {
    return [...readProblems(this.#database, serverIds)];
  }

  /** What the servers of a cluster agree on. */
  agreement(clusterId: number): Agreement {
    return readAgreement(this.#database, clusterId);
  }

  /**
   * Which txns are meant: of one server what it alone has; of a cluster its agreed history, or with `allCopies`
   * whatever any of its servers has.
   */
  choice(clusterId: number, serverId: number | null, allCopies: boolean): TxnChoice {
    return choiceOf(this.#database, clusterId, serverId, allCopies);
  }

  /** What the files of the servers that are not read, or of those of the cluster that is, tell of epochs. */
  others({ clusterId, serverId }: TxnChoice): OtherServers {
    const servers = clusterServers(this.#database, clusterId).filter((one) => one.serverId !== serverId);
    return new OtherServers(servers, serverId === null ? 2 : 1);
  }

  /** True where something of a cluster's logs (or of one server's) was left out because of damage. */
  hasSkippedTxns({ clusterId, serverId }: TxnChoice): boolean {
    const sql = `SELECT 1 FROM file f JOIN server s ON s.id = f.server_id LEFT JOIN log l ON l.id = f.id
      WHERE f.kind = 'log' AND s.cluster_id = ? AND (? IS NULL OR s.id = ?)
        AND (l.id IS NULL OR l.skipped > 0 OR l.tail = 'corrupt') LIMIT 1`;
    return this.#database.prepare(sql).get(clusterId, serverId, serverId) !== undefined;
  }

  /** Chosen txns after a zxid: those that are not in a snapshot of that zxid. Null where the cluster has no logs. */
  countTxnsAfter(choice: TxnChoice, zxid: bigint): number | null {
    if (!this.hasLogs(choice)) return null;
    const own = chosen(choice);
    const sql = `SELECT count(DISTINCT t.zxid) FROM txn t WHERE ${own.sql} AND t.zxid > ?`;
    return Number(
      this.#database
        .prepare(sql)
        .pluck()
        .get(...own.values, zxid),
    );
  }

  /** Its paths by their row ids. */
  paths(): PathText {
    return new PathText(this.#database);
  }

  /** The tree of a loaded snapshot. */
  tree(snapshot: IndexedSnapshot): IndexTree {
    return new IndexTree(this.#database, snapshot.id, snapshot.file, this.#acls);
  }

  /** Where the rows of a loaded snapshot are. */
  loaded({ id: snapshotId, znodes }: IndexedSnapshot): LoadedTree {
    return { file: this.file, snapshotId, znodes, hasData: !this.lacksData };
  }

  /** The tree of a loaded snapshot as the base of a replay. */
  base(snapshot: IndexedSnapshot): BaseTree {
    return indexBase(this.#database, snapshot);
  }

  /** True where there is a log of a cluster, or of one of its servers. */
  hasLogs({ clusterId, serverId }: TxnChoice): boolean {
    const sql = `SELECT 1 FROM file f JOIN server s ON s.id = f.server_id
      WHERE f.kind = 'log' AND s.cluster_id = ? AND (? IS NULL OR s.id = ?) LIMIT 1`;
    return this.#database.prepare(sql).get(clusterId, serverId, serverId) !== undefined;
  }

  /** The lowest zxid of the chosen txns; null where there are none. */
  firstTxn(choice: TxnChoice): bigint | null {
    return firstTxn(this.#database, choice);
  }

  /** What the chosen txns say of the newest tree that a snapshot at `base` and they have. */
  surveyNewest(choice: TxnChoice, base: bigint): LogSurvey {
    return surveyNewest(this.#database, choice, base);
  }

  /** What the chosen txns say of a moment. */
  survey(choice: TxnChoice, when: When): LogSurvey {
    return surveyTxns(this.#database, choice, when);
  }

  /** True for an index made with --no-data. */
  get lacksData(): boolean {
    return lacksData(this.#database);
  }

  /** The chosen txns by zxid. */
  txns(choice: TxnChoice, filter: TxnFilter): Iterable<LoggedTxn> {
    return new IndexTxns(this.#database, this.#acls).select(choice, filter);
  }

  /** The history of single znodes. */
  history(choice: TxnChoice): IndexHistory {
    return new IndexHistory(this.#database, choice);
  }

  /** The txns that matter to one znode; null where they are too many. See `focusTxns`. */
  focusTxns(path: RawText, focus: Focus, range: FocusRange): bigint[] | null {
    return focusTxns(this.#database, path, focus, range);
  }

  /** The children that a znode gained and lost; null where the ops alone do not tell. See `listedChildren`. */
  listedChildren(path: RawText, range: FocusRange): ReadonlyMap<number, boolean> | null {
    return listedChildren(this.#database, path, range);
  }

  /** The paths that the chosen txns touched between two zxids; null where only a replay tells. See `touchedBetween`. */
  touchedBetween(choice: TxnChoice, after: bigint, to: bigint): ReadonlySet<RawText> | null {
    return touchedBetween(this.#database, choice, after, to);
  }

  /** How many znodes more a range of txns made. */
  grownIn(range: FocusRange, under: RawText): number {
    return grownIn(this.#database, range, under);
  }

  /** The chosen ones of txns by their row ids, in that order. */
  txnsById(ids: Iterable<bigint>, choice: TxnChoice): Iterable<LoggedTxn> {
    return new IndexTxns(this.#database, this.#acls).byId(ids, choice);
  }

  close(): void {
    this.#database.close();
  }
}

function snapshotOf(row: SnapshotRow, server: IndexedServer): IndexedSnapshot {
  const { digest_zxid: digestZxid, digest_version: version, digest } = row;
  const hasDigest = digestZxid !== null && version !== null && digest !== null;
  return {
    id: Number(row.id),
    server,
    zxid: row.zxid,
    isLoaded: row.is_loaded === 1n,
    isSound: row.is_sound === 1n,
    content: row.content,
    name: row.name,
    file: row.path,
    znodes: Number(row.znodes ?? 0n),
    newestZxid: row.newest_zxid ?? 0n,
    trailer: {
      digest: hasDigest ? { zxid: digestZxid, version: Number(version), digest } : null,
      lastProcessedZxid: row.last_processed_zxid,
    },
    treeDigest: row.tree_digest,
    checksum: row.checksum === null ? null : Number(row.checksum),
  };
}

/** Opens an index for reading. @throws IndexError where `file` is no index, or one of another schema version. */
export function openIndex(file: string): IndexReader {
  return new IndexReader(file);
}
