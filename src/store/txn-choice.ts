// Which txns of an index a tree or a history is made of: the one place that says so.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import { readAgreement } from './agreement.js';
import { committedOf } from './committed.js';
import type { Database } from './database.js';

/** Whose txns. */
export interface TxnChoice {
  readonly clusterId: number;
  /** Only what this server holds; null for all servers of the cluster. */
  readonly serverId: number | null;
  /**
   * Only the agreed history, which ends with this zxid (included): no single copies, and nothing behind a fork that
   * nothing decides. Null (or absent) for every copy.
   */
  readonly agreedTo?: Zxid | null;
}

/** Which of the chosen txns; every condition given must hold. */
export interface TxnFilter {
  /** Inclusive. */
  readonly fromZxid?: bigint;
  /** Inclusive. */
  readonly toZxid?: bigint;
  /** Milliseconds since 1970, inclusive. */
  readonly since?: bigint;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: bigint;
  /** Only txns with an op at this path. */
  readonly path?: RawText;
  /** Only txns of these states. */
  readonly commit?: ReadonlySet<CommitState>;
}

/** A condition on `txn t`, and what to bind for it. */
export interface TxnCondition {
  readonly sql: string;
  readonly values: readonly (number | bigint)[];
}

const HELD =
  'EXISTS (SELECT 1 FROM record r JOIN log l ON l.id = r.log_id WHERE r.txn_id = t.id AND l.server_id = ?)';

/** The txns that are chosen. */
export function chosen({ clusterId, serverId, agreedTo = null }: TxnChoice): TxnCondition {
  const held = serverId === null ? { sql: '', values: [] } : { sql: ` AND ${HELD}`, values: [serverId] };
  const agreed = agreedTo === null ? { sql: '', values: [] } : { sql: AGREED, values: [agreedTo] };
  return {
    sql: `t.cluster_id = ?${held.sql}${agreed.sql}`,
    values: [clusterId, ...held.values, ...agreed.values],
  };
}

/** Where nothing is agreed. */
const LOWEST = -(2n ** 63n);
const AGREED = ' AND t.committed IS NOT 0 AND t.zxid <= ?';

/**
 * The usual choice: of one server what it alone has, of a cluster its agreed history, or with `allCopies` whatever any
 * of its servers has.
 */
export function choiceOf(
  database: Database,
  clusterId: number,
  serverId: number | null,
  allCopies: boolean,
): TxnChoice {
  if (serverId !== null || allCopies) return { clusterId, serverId };
  return { clusterId, serverId, agreedTo: readAgreement(database, clusterId).upTo ?? LOWEST };
}

/** The condition that a txn's state is one of these. */
export function ofStates(states: ReadonlySet<CommitState>): string {
  const conditions = [...states].map((state) => `t.committed IS ${committedOf(state) ?? 'NULL'}`);
  return `(${conditions.join(' OR ')})`;
}
