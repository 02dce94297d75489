// What the files of a cluster's servers hold of its history, and what they say of who votes.
import { basename } from 'node:path';
import { parseEnsemble } from '../datadir/ensemble-config.js';
import { parseFileName } from '../datadir/file-name.js';
import type { NamedEnsemble } from '../tree/electorate.js';
import { type Holdings, joinRuns, type SnapshotMark } from '../tree/holdings.js';
import type { Database } from './database.js';
import { PATH_ID_BITS } from './schema.js';

/** A server of an index as its cluster sees it. */
export interface ClusterServer extends Omit<Holdings, 'vote'> {
  readonly serverId: number;
  /** Of its myid; null without one. */
  readonly id: number | null;
}

/** The servers of a cluster by their ids, with what their files hold. */
export function clusterServers(database: Database, clusterId: number): ClusterServer[] {
  const sql = 'SELECT id, name, myid FROM server WHERE cluster_id = ? ORDER BY id';
  const rows = database.prepare(sql).raw().all(clusterId) as [bigint, string, string | null][];
  return rows.map(([id, server, myid]) => ({
    serverId: Number(id),
    server,
    id: /^\d{1,15}$/.test(myid ?? '') ? Number(myid) : null,
    runs: joinRuns(runsOf(database, id)),
    snapshots: marksOf(database, id),
    mayHoldMore: mayHoldMore(database, id),
  }));
}

function runsOf(database: Database, serverId: bigint) {
  const sql = `SELECT r.first_zxid, r.last_zxid FROM log_range r JOIN log l ON l.id = r.log_id WHERE l.server_id = ?`;
  const rows = database.prepare(sql).raw().all(serverId) as [bigint, bigint][];
  return rows.map(([from, to]) => ({ from, to }));
}

// A snapshot that is damaged was begun all the same: its name tells where the server was.
function marksOf(database: Database, serverId: bigint): SnapshotMark[] {
  const sql = `SELECT f.zxid, CASE WHEN n.is_sound THEN n.digest_zxid END, CASE WHEN n.is_sound THEN n.newest_zxid END
    FROM file f LEFT JOIN snapshot n ON n.id = f.id
    WHERE f.server_id = ? AND f.kind = 'snapshot' AND f.content <> 'log'`;
  const rows = database.prepare(sql).raw().all(serverId) as [bigint, bigint | null, bigint | null][];
  return rows.map(([zxid, digestZxid, newestZxid]) => ({ zxid, digestZxid, newestZxid: newestZxid ?? 0n }));
}

/** True where the newest log of a server is damaged, so that records may be missing behind what was read. */
function mayHoldMore(database: Database, serverId: bigint): boolean {
  const sql = `SELECT f.zxid, l.id IS NOT NULL AND l.skipped = 0 AND l.tail <> 'corrupt'
    FROM file f LEFT JOIN log l ON l.id = f.id
    WHERE f.server_id = ? AND f.kind = 'log' ORDER BY f.zxid DESC, f.name DESC LIMIT 1`;
  const newest = database.prepare(sql).raw().get(serverId) as [bigint, bigint] | undefined;
  if (newest !== undefined && newest[1] === 0n) return true;
  const unread = `SELECT path FROM problem WHERE server_id = ? AND file_id IS NULL AND code = 'file-unreadable'`;
  return (database.prepare(unread).pluck().all(serverId) as string[]).some((path) => {
    const name = parseFileName(basename(path));
    return name?.kind === 'log' && name.zxid >= (newest?.[0] ?? 0n);
  });
}

/** The configurations that a cluster's files hold: beside the data, in /zookeeper/config, and in reconfigs. */
export function clusterConfigs(database: Database, clusterId: number): NamedEnsemble[] {
  const configs: NamedEnsemble[] = [];
  const add = (text: string, origin: string, version?: bigint) => {
    const ensemble = parseEnsemble(text);
    if (ensemble !== null)
      configs.push({ ensemble: { ...ensemble, from: version ?? ensemble.from }, origin });
  };
  for (const [text, name, file] of database.prepare(CONFIG_FILES).raw().all(clusterId) as [
    string,
    string,
    string,
  ][]) {
    add(text, `${basename(file)} of ${name}`);
  }
  const node = configNode(database);
  if (node === null) return configs;
  for (const [data, name] of database.prepare(CONFIG_ZNODES).raw().all(node, clusterId) as [
    Buffer,
    string,
  ][]) {
    add(data.toString('utf8'), `/zookeeper/config of ${name}`);
  }
  for (const [data, zxid] of database.prepare(RECONFIGS).raw().all(node, clusterId) as [Buffer, bigint][]) {
    add(data.toString('utf8'), 'a reconfig', zxid);
  }
  return configs;
}

const CONFIG_FILES = `SELECT c.text, s.name, c.path FROM config c JOIN server s ON s.id = c.server_id
  WHERE s.cluster_id = ? ORDER BY s.id, c.path`;

const CONFIG_ZNODES = `SELECT z.data, s.name FROM snapshot n JOIN server s ON s.id = n.server_id
  JOIN znode z ON z.id = (n.id << ${PATH_ID_BITS}) + ? WHERE s.cluster_id = ? AND z.data IS NOT NULL ORDER BY s.id, n.zxid`;

const RECONFIGS = `SELECT o.data, t.zxid FROM op o JOIN txn t ON t.id = o.txn_id
  WHERE o.path_id = ? AND o.type = 'reconfig' AND o.applied = 1 AND o.data IS NOT NULL AND t.cluster_id = ?
  ORDER BY t.zxid, o.data`;

/** Id of the path /zookeeper/config; null where the index has none. */
function configNode(database: Database): bigint | null {
  const sql = `SELECT c.id FROM path c JOIN path z ON z.id = c.parent_id
    WHERE z.parent_id = 1 AND z.name = 'zookeeper' AND c.name = 'config'`;
  return (database.prepare(sql).pluck().get() as bigint | undefined) ?? null;
}
