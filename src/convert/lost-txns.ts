// What a repair could not save.
import { basename } from 'node:path';
import { parseFileName } from '../datadir/file-name.js';
import type { Problem } from '../problems.js';
import type { Evidence } from '../records/evidence.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { TxnSource } from '../source/sources.js';
import type { LostTxns } from './manifest.js';

/**
 * The txns of a history behind a zxid, and how many were passed over before; null where nothing is lost. Without a history
 * there is nothing behind it. Of several servers it must have every copy: those before that only a minority has were
 * dropped.
 */
export function lostTxns(zxid: Zxid, history: TxnSource | null, missing: number): LostTxns | null {
  let own: Evidence | null = null;
  let from: Zxid | null = null;
  let to: Zxid | null = null;
  let txns = 0;
  let dropped = 0;
  // Of one server none before it matters.
  const range = history?.agreement === undefined ? { fromZxid: zxid } : {};
  for (const { txn, evidence, commit } of history?.txns(range) ?? []) {
    const found = txn.header.zxid;
    if (found <= zxid && commit === 'single-copy') dropped++;
    if (found < zxid) continue;
    if (found === zxid) {
      own = evidence;
      continue;
    }
    if (from === null || found < from) from = found;
    if (to === null || found > to) to = found;
    txns++;
  }
  const unreadable = (history?.problems ?? []).some((problem) => isBehind(problem, zxid, own));
  if (txns === 0 && !unreadable && missing === 0 && dropped === 0) return null;
  const hex = (found: Zxid | null) => (found === null ? null : formatZxid(found));
  return { txns, from: hex(from), to: hex(to), unreadable, missing, dropped };
}

/** True for damage of a log behind the txn of a zxid; `own` is where that stands. */
function isBehind({ file, offset, severity }: Problem, zxid: Zxid, own: Evidence | null): boolean {
  const name = parseFileName(basename(file));
  if (severity !== 'error' || name?.kind !== 'log') return false;
  return own?.file === file ? offset > own.offset : name.zxid > zxid;
}
