// Which ops of a history: the conditions of `log`, put together into one test.
import type { RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import type { TxnHeader } from '../records/txn-header.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type OpPart, partsOf } from './op-row.js';
import { fromTxn, isAtOrBelow } from './paths.js';

/** Conditions on an op; all that are given must hold. Plain data, so that a worker thread can be sent one. */
export interface OpQuery {
  /** Over the bytes of the path. */
  readonly path?: RegExp | undefined;
  /** This znode and what is below it. */
  readonly subtree?: RawText | undefined;
  readonly session?: bigint | undefined;
  /** Top byte of the session id: the server that gave it out. */
  readonly server?: number | undefined;
  /** Names of ops; `multi` stands for the parts of multis. */
  readonly ops?: ReadonlySet<string> | undefined;
  /** Only requests that failed. */
  readonly failed?: boolean | undefined;
  /** KeeperException code. */
  readonly error?: number | undefined;
}

/** True for an op that meets the query. */
export type OpTest = (header: TxnHeader, part: OpPart) => boolean;

/** Makes the test of a query; null where everything meets it. */
export function opTest(query: OpQuery): OpTest | null {
  const tests: OpTest[] = [];
  const add = <T>(value: T | undefined, test: (value: T) => OpTest): void => {
    if (value !== undefined) tests.push(test(value));
  };
  add(
    query.session,
    (session) =>
      ({ clientId }) =>
        clientId === session,
  );
  add(
    query.server,
    (server) =>
      ({ clientId }) =>
        serverOf(clientId) === server,
  );
  add(
    query.ops,
    (ops) =>
      (_, { op, multi }) =>
        ops.has(op.op) || (multi !== undefined && ops.has('multi')),
  );
  if (query.failed) tests.push((_, { op, isApplied }) => op.op === 'error' || !isApplied);
  add(
    query.error,
    (error) =>
      (_, { op }) =>
        op.op === 'error' && op.err === error,
  );
  add(query.path, (regex) => (_, { op }) => {
    const path = pathOf(op);
    return path !== null && regex.test(path);
  });
  add(query.subtree, (ancestor) => (_, { op }) => {
    const path = pathOf(op);
    return path !== null && isAtOrBelow(fromTxn(path), ancestor);
  });
  if (tests.length === 0) return null;
  return (header, part) => tests.every((test) => test(header, part));
}

/** An op and its txn. */
export interface FoundOp {
  readonly logged: LoggedTxn;
  readonly part: OpPart;
}

/** The ops of a history that meet a test. */
export function* ops(txns: Iterable<LoggedTxn>, test: OpTest | null): Generator<FoundOp> {
  for (const logged of txns) {
    for (const part of partsOf(logged.txn)) {
      if (test === null || test(logged.txn.header, part)) yield { logged, part };
    }
  }
}

/** The server that gave a session id out: its top byte. Standalone servers have 1. */
export function serverOf(sessionId: bigint): number {
  return Number(BigInt.asUintN(64, sessionId) >> 56n);
}

function pathOf(op: Op): RawText | null {
  return 'path' in op ? op.path : null;
}
