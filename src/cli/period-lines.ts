// A period of bisect in words.
import type { HeldPeriod } from '../analysis/bisect.js';
import type { TxnFacts } from '../analysis/truth.js';
import { formatHex } from '../records/zxid.js';
import { escapeForTerminal } from '../render/escape.js';
import { formatTime } from '../render/value.js';
import { txnText } from './rows/period-columns.js';

/** Where the condition began to hold, and where it ceased to if that was looked for. */
export function periodLines(period: HeldPeriod): string[] {
  const lines = [...beginning(period), ...(period.to === null ? [] : end(period))];
  return lines.map(([name, text]) => `${name.padEnd(10)}  ${escapeForTerminal(text)}`);
}

type Line = readonly [name: string, text: string];

function beginning({ from, began, notAt, label }: HeldPeriod): Line[] {
  const tree: Line = ['tree', `${label.label}: ${label.reason}`];
  if (began !== null) return [['holds from', moment(began)], ...txnLines(began), tree];
  const what =
    notAt === null
      ? `${formatHex(from)}, where the range begins: it held already`
      : `${formatHex(from)}; it began behind ${formatHex(notAt)}, and the txns between are missing`;
  return [['holds from', what], tree];
}

function end({ to, ended, goneAt, endLabel }: HeldPeriod): Line[] {
  const last = formatHex(to!);
  const tree: Line[] = endLabel === null ? [] : [['tree', `${endLabel.label}: ${endLabel.reason}`]];
  if (ended !== null) return [['holds to', last], ['ended by', moment(ended)], ...txnLines(ended), ...tree];
  const what =
    goneAt === null
      ? `${last}, where the range ends: it still holds`
      : `${last}; it ended before ${formatHex(goneAt)}, and the txns between are missing`;
  return [['holds to', what], ...tree];
}

function moment({ zxid, time }: TxnFacts): string {
  return `${formatHex(zxid)}, ${formatTime(time)}`;
}

function txnLines(txn: TxnFacts): Line[] {
  return [
    ['txn', txnText(txn)],
    ['session', formatHex(txn.session)],
    ['record', `${txn.file} byte ${txn.offset}, ${txn.length} bytes`],
  ];
}
