// How the periods of bisect are written.
import type { HeldPeriod } from '../../analysis/bisect.js';
import type { OpFacts, TxnFacts } from '../../analysis/truth.js';
import { formatHex } from '../../records/zxid.js';
import type { Column } from '../../render/rows.js';

/** A period in output. Where only the beginning was asked for, what is said of the end is absent. */
export interface PeriodRow {
  readonly fromZxid: bigint;
  readonly fromTime: bigint | null;
  readonly fromSession: bigint | null;
  readonly fromType: string | null;
  readonly fromOps: readonly OpFacts[] | null;
  readonly fromFile: string | null;
  readonly fromOffset: number | null;
  readonly fromLength: number | null;
  readonly notAt: bigint | null;
  readonly exactness: string;
  readonly reason: string;
  readonly toZxid?: bigint | null;
  readonly endZxid?: bigint | null;
  readonly endTime?: bigint | null;
  readonly endSession?: bigint | null;
  readonly endType?: string | null;
  readonly endOps?: readonly OpFacts[] | null;
  readonly endFile?: string | null;
  readonly endOffset?: number | null;
  readonly endLength?: number | null;
  readonly goneAt?: bigint | null;
  readonly endExactness?: string | null;
  readonly endReason?: string | null;
}

/** The row of a period; without `end` only its beginning. */
export function periodRow({ from, began, notAt, label, to, ended, goneAt, endLabel }: HeldPeriod): PeriodRow {
  const beginning = {
    fromZxid: from,
    fromTime: began?.time ?? null,
    fromSession: began?.session ?? null,
    fromType: began?.type ?? null,
    fromOps: began?.ops ?? null,
    fromFile: began?.file ?? null,
    fromOffset: began?.offset ?? null,
    fromLength: began?.length ?? null,
    notAt,
    exactness: label.label,
    reason: label.reason,
  };
  if (to === null) return beginning;
  return {
    ...beginning,
    toZxid: to,
    endZxid: ended?.zxid ?? null,
    endTime: ended?.time ?? null,
    endSession: ended?.session ?? null,
    endType: ended?.type ?? null,
    endOps: ended?.ops ?? null,
    endFile: ended?.file ?? null,
    endOffset: ended?.offset ?? null,
    endLength: ended?.length ?? null,
    goneAt,
    endExactness: endLabel?.label ?? null,
    endReason: endLabel?.reason ?? null,
  };
}

/** Columns of periods. */
export const periodColumns: readonly Column<PeriodRow>[] = [
  { key: 'fromZxid', title: 'held from', kind: 'hex', cell: fromText },
  { key: 'fromTime', title: '', kind: 'time' },
  { key: 'fromSession', title: 'by session', kind: 'hex' },
  { key: 'fromType', title: 'txn', kind: 'text' },
  { key: 'fromOps', kind: 'json', table: false },
  { key: 'fromFile', kind: 'text', table: false },
  { key: 'fromOffset', kind: 'number', table: false },
  { key: 'fromLength', kind: 'number', table: false },
  { key: 'notAt', kind: 'hex', table: false },
  { key: 'exactness', title: 'tree', kind: 'text' },
  { key: 'reason', kind: 'text', table: false },
  { key: 'toZxid', title: 'to', kind: 'hex' },
  { key: 'endZxid', title: 'ended by', kind: 'hex', cell: endText },
  { key: 'endTime', title: '', kind: 'time' },
  { key: 'endSession', title: 'session', kind: 'hex' },
  { key: 'endType', title: 'txn', kind: 'text' },
  { key: 'endOps', kind: 'json', table: false },
  { key: 'endFile', kind: 'text', table: false },
  { key: 'endOffset', kind: 'number', table: false },
  { key: 'endLength', kind: 'number', table: false },
  { key: 'goneAt', kind: 'hex', table: false },
  { key: 'endExactness', title: 'tree', kind: 'text' },
  { key: 'endReason', kind: 'text', table: false },
];

function fromText({ fromZxid, notAt }: PeriodRow): string {
  return notAt === null ? formatHex(fromZxid) : `${formatHex(notAt)}..${formatHex(fromZxid)}`;
}

function endText({ endZxid, goneAt }: PeriodRow): string {
  if (endZxid != null) return formatHex(endZxid);
  return goneAt == null ? 'still holds' : `by ${formatHex(goneAt)}`;
}

/** What a txn did in a few words: `create /a/b`, `multi: create /a, setData /b and 3 more`. */
export function txnText({ type, ops }: TxnFacts): string {
  const parts = ops.filter((op) => op.path !== undefined);
  const named = parts.slice(0, MOST_NAMED).map((op) => `${op.type} ${op.path}`);
  const more = parts.length > MOST_NAMED ? ` and ${parts.length - MOST_NAMED} more` : '';
  const list = `${named.join(', ')}${more}`;
  if (ops.length === 1 && ops[0]!.type === type) return list === '' ? type : list;
  return list === '' ? type : `${type}: ${list}`;
}

const MOST_NAMED = 3;
