// Which servers of an index are meant.
import { UsageError } from '../errors.js';
import type { IndexedServer, IndexReader } from '../store/index-reader.js';
import type { TxnChoice } from '../store/txn-choice.js';
import type { Who } from './parse.js';

/** A server of an index, or a cluster. */
export interface ChosenServers {
  /** As it can be typed: `case.db#prod/zk1`, `case.db#prod`. */
  readonly name: string;
  /** Of one cluster; at least one. */
  readonly servers: readonly IndexedServer[];
  readonly choice: TxnChoice;
}

/** The servers that WHO names. @throws UsageError where they are of several clusters, or none. */
export function chooseServers(reader: IndexReader, path: string, who: Who | null): ChosenServers {
  const all = reader.servers();
  const named = all.filter(
    ({ cluster, name }) => (who?.cluster ?? cluster) === cluster && (who?.server ?? name) === name,
  );
  const clusters = [...new Set(named.map((server) => server.cluster))];
  if (clusters.length === 1) return chosen(path, named, who?.server != null);
  const candidates = (clusters.length > 1 ? named : all).map(
    ({ cluster, name }) => `${path}#${cluster}/${name}`,
  );
  const whole = [...new Set((clusters.length > 1 ? named : all).map(({ cluster }) => `${path}#${cluster}`))];
  const list = `type one of: ${[...(who?.server == null ? whole : []), ...candidates].join(' ')}`;
  if (clusters.length > 1) throw new UsageError(`${path} holds ${clusters.length} clusters: say which`, list);
  throw new UsageError(`${path} holds no such server`, list);
}

function chosen(path: string, servers: readonly IndexedServer[], ofOneServer: boolean): ChosenServers {
  const { id, clusterId, cluster, name } = servers[0]!;
  return {
    name: ofOneServer ? `${path}#${cluster}/${name}` : `${path}#${cluster}`,
    servers,
    choice: { clusterId, serverId: ofOneServer ? id : null },
  };
}
