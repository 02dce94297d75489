// What ops come to: how many of which type, bytes written, failures, and from when to when.
import type { TxnHeader } from '../records/txn-header.js';
import type { OpPart } from './op-row.js';

/** Sums over ops. Nothing that a server did not apply counts as a change or as bytes. */
export interface Sums {
  /** Rows of `log`: a multi counts as its parts. */
  readonly ops: number;
  /** Creates of every kind. */
  readonly creates: number;
  /** Deletes, those of containers and those that a closeSession lists included. */
  readonly deletes: number;
  /** With reconfig. */
  readonly setData: number;
  readonly setACL: number;
  /** Requests that failed, and all parts of multis that failed. */
  readonly failed: number;
  /** Data of creates and setData. */
  readonly bytes: number;
  /** Earliest and latest header time, milliseconds since 1970. */
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly firstZxid: bigint;
  readonly lastZxid: bigint;
}

/** The sums of one op. */
export function sumsOf({ zxid, time }: TxnHeader, { op, isApplied }: OpPart): Sums {
  let creates = 0;
  let deletes = 0;
  let setData = 0;
  let setACL = 0;
  let failed = 0;
  let bytes = 0;
  if (!isApplied || op.op === 'error') failed = 1;
  else {
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        creates = 1;
        bytes = op.data?.length ?? 0;
        break;
      case 'delete':
      case 'deleteContainer':
        deletes = 1;
        break;
      case 'setData':
      case 'reconfig':
        setData = 1;
        bytes = op.data?.length ?? 0;
        break;
      case 'setACL':
        setACL = 1;
    }
  }
  const edges = { firstTime: time, lastTime: time, firstZxid: zxid, lastZxid: zxid };
  return { ops: 1, creates, deletes, setData, setACL, failed, bytes, ...edges };
}

/** Sums together. */
export function addSums(a: Sums, b: Sums): Sums {
  return {
    ops: a.ops + b.ops,
    creates: a.creates + b.creates,
    deletes: a.deletes + b.deletes,
    setData: a.setData + b.setData,
    setACL: a.setACL + b.setACL,
    failed: a.failed + b.failed,
    bytes: a.bytes + b.bytes,
    firstTime: lower(a.firstTime, b.firstTime),
    lastTime: higher(a.lastTime, b.lastTime),
    firstZxid: lower(a.firstZxid, b.firstZxid),
    lastZxid: higher(a.lastZxid, b.lastZxid),
  };
}

function lower(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function higher(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
