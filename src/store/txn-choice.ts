// Which txns of an index a tree is made of: the one place that says so.

/** Whose txns: all that the servers of a cluster hold, or with `serverId` what this server holds. */
export interface TxnChoice {
  readonly clusterId: number;
  readonly serverId: number | null;
}

/** A condition on `txn t`, and what to bind for it. */
export interface TxnCondition {
  readonly sql: string;
  readonly values: readonly number[];
}

const HELD =
  'EXISTS (SELECT 1 FROM record r JOIN log l ON l.id = r.log_id WHERE r.txn_id = t.id AND l.server_id = ?)';

/** The txns that are chosen. */
export function chosen({ clusterId, serverId }: TxnChoice): TxnCondition {
  if (serverId === null) return { sql: 't.cluster_id = ?', values: [clusterId] };
  return { sql: `t.cluster_id = ? AND ${HELD}`, values: [clusterId, serverId] };
}
