// What a change did to data and ACL, line by line.
import { isUtf8 } from 'node:buffer';
import { type AclRow, aclText } from '../../analysis/acl-row.js';
import type { HistoryRow } from '../../analysis/history-row.js';
import { type DiffLine, lineDiff, withContext } from '../../analysis/line-diff.js';
import { type DataMode, formatData } from '../../render/bytes.js';

const CONTEXT = 3;

/** The lines of a patch: removed, added, and what is around them. */
export function patchOf(row: HistoryRow, mode: DataMode): DiffLine[] {
  const { type, multi, others = [], parts = 0 } = row;
  const lines: DiffLine[] = [];
  if (type === 'setACL' || row.type === 'delete' || row.type === 'deleteContainer') {
    lines.push(...aclLines('-', row.oldAcl));
  }
  if (row.acl !== undefined) lines.push(...aclLines('+', row.acl));
  lines.push(...dataLines(row, mode));
  for (const part of others) {
    lines.push({
      sign: ' ',
      text: `with part ${part.multi}: ${part.type}${part.path === null ? '' : ` ${part.path}`}`,
    });
  }
  const more = parts - others.length - (multi === undefined ? 0 : 1);
  if (parts > 0 && more > 0) lines.push({ sign: ' ', text: `with ${more} more parts` });
  return lines;
}

/** The line of an ACL; none where it is not known. */
export function aclLines(sign: '-' | '+', acl: readonly AclRow[] | null | undefined): DiffLine[] {
  return acl === undefined ? [] : [{ sign, text: `ACL ${aclText(acl)}` }];
}

function dataLines({ type, data, oldData }: HistoryRow, mode: DataMode): DiffLine[] {
  if (mode === 'none') return [];
  const isDelete = type === 'delete' || type === 'deleteContainer';
  if (isDelete) return oldData == null ? [] : dataShown('-', oldData, mode);
  if (data === undefined) return [];
  if (oldData === undefined) {
    const isChange = type === 'setData' || type === 'reconfig';
    const before: DiffLine[] = isChange ? [{ sign: ' ', text: '(what was there before is not known)' }] : [];
    return [...before, ...(data === null ? [] : dataShown('+', data, mode))];
  }
  return dataPatch(oldData, data, mode);
}

/** The lines that make `now` of `old`: of text the lines that differ with those around them. */
export function dataPatch(old: Buffer | null, now: Buffer | null, mode: DataMode): DiffLine[] {
  if (mode === 'none') return [];
  if (now !== null && old !== null && mode === 'auto' && isText(now) && isText(old)) {
    return withContext(lineDiff(linesOf(old), linesOf(now)), CONTEXT);
  }
  return [
    ...(old === null ? [NULL('-')] : dataShown('-', old, mode)),
    ...(now === null ? [NULL('+')] : dataShown('+', now, mode)),
  ];
}

function NULL(sign: '-' | '+'): DiffLine {
  return { sign, text: '(null)' };
}

/** The lines of data that is only there before (`-`) or only now (`+`). */
export function dataShown(sign: '-' | '+', data: Buffer, mode: DataMode): DiffLine[] {
  if (mode === 'auto' && !isText(data)) {
    return [{ sign, text: `(${data.length} bytes that are no text; --data hex shows them)` }];
  }
  if (mode === 'auto' || mode === 'text') {
    const text = String(formatData(data, 'text').data);
    return linesOf(Buffer.from(text)).map((line) => ({ sign, text: line }));
  }
  return [{ sign, text: String(formatData(data, mode).data) }];
}

/** UTF-8 that is no binary data by chance. */
function isText(data: Buffer): boolean {
  return isUtf8(data) && !data.includes(0);
}

// A line end at the end is shown as such where it is alone in question: as an empty line behind it.
function linesOf(data: Buffer): string[] {
  return data.length === 0 ? [] : data.toString('utf8').split('\n');
}
