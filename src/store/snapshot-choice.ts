// Which snapshots' znodes an index is to hold.
import { UsageError } from '../errors.js';
import { formatZxid } from '../records/zxid.js';
import type { ClusterInput, ServerInput } from './build-index.js';
import type { Database } from './database.js';

/** The newest sound one of each server, all, or those with these zxids. */
export type SnapshotChoice = 'newest' | 'all' | readonly bigint[];

const MOST_LISTED = 12;

/**
 * Makes sure that each chosen zxid is that of a snapshot: one that is there, or that the index holds from an earlier
 * run. A server that lacks some of them is noted.
 * @throws UsageError, with the zxids there are, where no server has one.
 */
export function checkChoice(
  database: Database,
  clusters: readonly ClusterInput[],
  choice: SnapshotChoice,
  onNote: (text: string) => void,
): void {
  if (typeof choice === 'string') return;
  const servers = clusters.flatMap(({ name: cluster, servers }) =>
    servers.map((server) => ({
      name: `${cluster}/${server.name}`,
      zxids: new Set([...knownZxids(database, cluster, server), ...presentZxids(server)]),
    })),
  );
  const nowhere = choice.filter((zxid) => !servers.some(({ zxids }) => zxids.has(zxid)));
  if (nowhere.length > 0) {
    const there = servers.map(({ name, zxids }) => `${name} has ${listed(zxids)}`).join('; ');
    throw new UsageError(`no server has a snapshot ${nowhere.map(formatZxid).join(', ')}`, there);
  }
  for (const { name, zxids } of servers) {
    const missing = choice.filter((zxid) => !zxids.has(zxid));
    if (missing.length === 0) continue;
    const isWithout = missing.length === choice.length ? ': its znodes are left out' : '';
    onNote(
      `${name} has no snapshot ${missing.map(formatZxid).join(', ')}${isWithout}; it has ${listed(zxids)}`,
    );
  }
}

function presentZxids({ dir }: ServerInput): bigint[] {
  return dir.snapshots.map(({ zxid }) => zxid);
}

/** Of the snapshots that the index holds of a server, also of files that are gone. */
function knownZxids(database: Database, cluster: string, { name }: ServerInput): bigint[] {
  return database
    .prepare(
      `SELECT n.zxid FROM snapshot n JOIN server s ON s.id = n.server_id JOIN cluster c ON c.id = s.cluster_id
       WHERE c.name = ? AND s.name = ?`,
    )
    .pluck()
    .all(cluster, name) as bigint[];
}

/** The newest, newest first. */
function listed(zxids: ReadonlySet<bigint>): string {
  const all = [...zxids].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)).map(formatZxid);
  if (all.length === 0) return 'none';
  const more = all.length > MOST_LISTED ? ` and ${all.length - MOST_LISTED} older ones` : '';
  return `${all.slice(0, MOST_LISTED).join(', ')}${more}`;
}
