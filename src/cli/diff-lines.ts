// The lines of `diff --patch`: one a difference, and below it what it is, line by line.
import { aclText } from '../analysis/acl-row.js';
import type { DiffRow } from '../analysis/diff-row.js';
import type { DiffLine } from '../analysis/line-diff.js';
import type { ZnodeRow } from '../analysis/znode-row.js';
import type { DataMode } from '../render/bytes.js';
import { colours } from '../render/colour.js';
import { escapeForTerminal } from '../render/escape.js';
import { DEFAULT_TABLE_LIMIT } from '../render/table.js';
import { aclLines, dataPatch, dataShown } from './rows/change-patch.js';
import { differenceText } from './rows/diff-columns.js';
import type { OutputArgs, Run } from './run.js';

/** Prints differences as they come. */
export function printDiffLines(
  rows: Iterable<DiffRow>,
  output: OutputArgs,
  { data, evidence }: { readonly data: DataMode; readonly evidence: boolean },
  run: Run,
): void {
  const { stdout, env } = run.context;
  const { red, green, dim } = colours(stdout, env);
  const colourOf = { '+': green, '-': red, ' ': (plain: string) => plain };
  const most = output.limit === undefined ? DEFAULT_TABLE_LIMIT : Number.POSITIVE_INFINITY;
  let count = 0;
  for (const row of run.guarded({ columns: [], rows }, output.limit).rows) {
    if (++count > most) continue;
    stdout.write(`${escapeForTerminal(`${row.change} ${row.path}  ${differenceText(row)}`)}\n`);
    if (evidence) {
      for (const side of ['a', 'b'] as const) {
        const place = row[side] == null ? null : placeText(row[side]);
        if (place !== null) stdout.write(`${dim(`    ${side.toUpperCase()} ${escapeForTerminal(place)}`)}\n`);
      }
    }
    for (const { sign, text } of patchOf(row, data)) {
      stdout.write(`${colourOf[sign](`    ${sign} ${escapeForTerminal(text)}`).trimEnd()}\n`);
    }
  }
  stdout.flush();
  if (count > most) {
    run.error(
      `${most} of ${count} differences shown; for all use --limit 0, or --format ndjson, csv or json`,
    );
  }
}

function patchOf({ fields = [], a, b }: DiffRow, mode: DataMode): DiffLine[] {
  if (a && b) {
    const lines = fields.includes('acl') ? [...aclLines('-', a.acl), ...aclLines('+', b.acl)] : [];
    if (!fields.includes('data') || a.data === undefined || b.data === undefined) return lines;
    return [...lines, ...dataPatch(a.data, b.data, mode)];
  }
  const [sign, only] = a ? (['-', a] as const) : (['+', b] as const);
  if (!only) return [];
  const acl = aclText(only.acl) === 'world:anyone:cdrwa' ? [] : aclLines(sign, only.acl);
  return only.data == null || mode === 'none' ? acl : [...acl, ...dataShown(sign, only.data, mode)];
}

function placeText({ file, offset, length }: ZnodeRow): string | null {
  if (file === undefined) return null;
  return length === 0 ? file : `${file} byte ${offset}, ${length} bytes`;
}
