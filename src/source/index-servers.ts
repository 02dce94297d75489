// Which servers of an index are meant.
import { UsageError } from '../errors.js';
import { epochOf } from '../records/zxid.js';
import type { Agreement } from '../store/agreement.js';
import type { IndexedServer, IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import type { TxnChoice } from '../store/txn-choice.js';
import type { Who } from './parse.js';
import type { SourceOptions } from './source-options.js';
import type { AgreedTo } from './sources.js';

/** A server of an index, or a cluster. */
export interface ChosenServers {
  /** As it can be typed: `case.db#prod/zk1`, `case.db#prod`. */
  readonly name: string;
  /** Of one cluster; at least one. */
  readonly servers: readonly IndexedServer[];
  /** Of a cluster the agreed history, unless every copy was asked for. */
  readonly choice: TxnChoice;
  /** What the servers of the cluster agree on. */
  readonly agreement: Agreement;
  /** False for a cluster of one server, which has nobody to agree with. */
  readonly hasOthers: boolean;
}

/**
 * The servers that WHO names. A cluster of one server is that server.
 * @throws UsageError where they are of several clusters, or none.
 */
export function chooseServers(
  reader: IndexReader,
  path: string,
  who: Who | null,
  options: SourceOptions,
): ChosenServers {
  const all = reader.servers();
  const named = all.filter(
    ({ cluster, name }) => (who?.cluster ?? cluster) === cluster && (who?.server ?? name) === name,
  );
  const clusters = [...new Set(named.map((server) => server.cluster))];
  if (clusters.length === 1) {
    const { id, clusterId, cluster, name } = named[0]!;
    const hasOthers = all.some((server) => server.clusterId === clusterId && server.id !== id);
    const isOneOfSeveral = named.length === 1 && hasOthers;
    const allCopies = !hasOthers || (options.allCopies ?? false);
    return {
      name: who?.server == null ? `${path}#${cluster}` : `${path}#${cluster}/${name}`,
      servers: named,
      // What the only server holds is all that the cluster has, and quicker to ask for.
      choice: reader.choice(clusterId, isOneOfSeveral ? id : null, allCopies),
      agreement: reader.agreement(clusterId),
      hasOthers,
    };
  }
  const candidates = (clusters.length > 1 ? named : all).map(
    ({ cluster, name }) => `${path}#${cluster}/${name}`,
  );
  const whole = [...new Set((clusters.length > 1 ? named : all).map(({ cluster }) => `${path}#${cluster}`))];
  const list = `type one of: ${[...(who?.server == null ? whole : []), ...candidates].join(' ')}`;
  if (clusters.length > 1) throw new UsageError(`${path} holds ${clusters.length} clusters: say which`, list);
  throw new UsageError(`${path} holds no such server`, list);
}

/** What the chosen servers agree on; undefined where one has nobody to agree with, and nothing is known. */
export function agreedToBy({ choice, agreement, hasOthers }: ChosenServers): AgreedTo | undefined {
  const { upTo, knownTo } = agreement;
  if (!hasOthers && knownTo === null) return undefined;
  return { agreedTo: choice.agreedTo === undefined ? undefined : upTo, committedTo: knownTo };
}

/** The snapshots of the chosen servers, newest first; of an agreed history those that hold nothing else. */
export function snapshotsOf(
  reader: IndexReader,
  { servers, choice, agreement }: ChosenServers,
): IndexedSnapshot[] {
  const ids = new Set(servers.map(({ id }) => id));
  const all = reader.snapshots().filter(({ server }) => ids.has(server.id));
  if (choice.agreedTo === undefined) return all;
  return all.filter((snapshot) => isAgreed(snapshot, agreement));
}

// A server that went astray in an epoch stays astray to its end: a later one does not build on what was lost.
function isAgreed({ zxid, server }: IndexedSnapshot, { fork, copies }: Agreement): boolean {
  if (fork !== null && zxid >= fork) return false;
  const begin = epochOf(zxid) << 32n;
  return !copies.some(({ serverId, from, to }) => serverId === server.id && from <= zxid && to >= begin);
}
