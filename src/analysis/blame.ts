// Who made what is there now: the last events that concern each part of a znode.
import type { RawText } from '../jute/raw-text.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import { causeOf } from './causes.js';
import type { HistoryFrame, ZnodeHistories } from './history.js';
import { type HistoryEvent, placeOf } from './history-event.js';
import { type HistoryRow, historyRow } from './history-row.js';
import { pathBase64, shownPath } from './paths.js';
import type { ZnodeState } from './znode-state.js';

/** A part of a znode. */
export type BlamedPart = 'created' | 'data' | 'acl' | 'children';

/** Who made one part of a znode: the row of the event, with the part. Of `children` the path is the child's. */
export interface BlameRow extends HistoryRow {
  readonly what: BlamedPart;
}

/** What `blame` finds of one znode. */
export interface Blame extends HistoryFrame {
  /** A part that nothing tells of, as of a znode that servers make with the tree, is left out. Null where the znode is not there. */
  readonly rows: readonly BlameRow[] | null;
  /** Where it is not there: the last delete of it; null where none is known. */
  readonly deletion: HistoryEvent | null;
}

/** Who made each part of a znode; `histories` are those of the znode and its children. */
export function blameOf(histories: ZnodeHistories, path: RawText, emulate353 = false): Blame {
  const blamed = new Map<BlamedPart, HistoryEvent>();
  let deletion: HistoryEvent | null = null;
  let isThere = false;
  const blame = (part: BlamedPart, event: HistoryEvent) => {
    const known = blamed.get(part);
    if (known === undefined || !isBefore(event, known)) blamed.set(part, event);
  };
  for (const znode of histories.znodes()) {
    const isTop = znode.path === path;
    if (isTop) isThere = typeof znode.last === 'object';
    for (const event of znode.events) {
      if (!isTop) {
        if (isCreateOrDelete(event)) blame('children', event);
        continue;
      }
      for (const part of partsChanged(event)) blame(part, event);
      const isLater = deletion === null || !isBefore(event, deletion);
      if (event.type.startsWith('delete') && isLater) deletion = event;
    }
  }
  const { frame } = histories;
  const rows = PARTS.flatMap((what) => {
    const event = blamed.get(what);
    if (event === undefined) return [];
    return [{ what, ...historyRow({ event, cause: causeOf(event, frame.snapshots) }, emulate353) }];
  });
  return { ...frame, rows: isThere ? rows : null, deletion };
}

const PARTS: readonly BlamedPart[] = ['created', 'data', 'acl', 'children'];

function partsChanged({ type, op }: HistoryEvent): readonly BlamedPart[] {
  // What was lost made nothing of what is there.
  if (op?.logged.commit === 'single-copy') return [];
  switch (type) {
    case 'setData':
    case 'reconfig':
      return ['data'];
    case 'setACL':
      return ['acl'];
    case 'children':
      return ['children'];
    case 'delete':
    case 'deleteContainer':
      return [];
    default:
      return ['created', 'data', 'acl'];
  }
}

function isCreateOrDelete({ type, op }: HistoryEvent): boolean {
  if (op?.logged.commit === 'single-copy') return false;
  return type.startsWith('create') || type.startsWith('delete');
}

/** A znode with who made it and who set its data. What is not known is null. */
export interface BlamedZnodeRow {
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly kind: ZnodeKind | null;
  readonly version: number | null;
  /** Bytes. */
  readonly dataLength: number | null;
  readonly czxid: bigint | null;
  readonly ctime: bigint | null;
  /** Session that created it. */
  readonly createdBy: bigint | null;
  readonly mzxid: bigint | null;
  readonly mtime: bigint | null;
  /** Session that set its data. */
  readonly setBy: bigint | null;
  /** Of the txn that set its data, or of the snapshot that shows it. */
  readonly file?: string | undefined;
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
}

/** The znodes that are there at the end of their histories, a row each, in canonical order. */
export function* blameTable(
  histories: ZnodeHistories,
  isWanted: (path: RawText) => boolean,
  emulate353 = false,
): Generator<BlamedZnodeRow> {
  for (const { path, events, last } of histories.znodes()) {
    if (typeof last !== 'object' || !isWanted(path)) continue;
    let created: HistoryEvent | null = null;
    let set: HistoryEvent | null = null;
    for (const event of events) {
      const parts = partsChanged(event);
      if (parts.includes('created') && (created === null || !isBefore(event, created))) created = event;
      if (parts.includes('data') && (set === null || !isBefore(event, set))) set = event;
    }
    yield blamedRow(path, last, created, set, emulate353);
  }
}

function blamedRow(
  path: RawText,
  { owner, version, dataLength, czxid, ctime, mzxid, mtime }: ZnodeState,
  created: HistoryEvent | null,
  set: HistoryEvent | null,
  emulate353: boolean,
): BlamedZnodeRow {
  const rowOf = (event: HistoryEvent | null) =>
    event === null ? null : historyRow({ event, cause: null }, emulate353);
  const setter = rowOf(set);
  return {
    path: shownPath(path),
    pathBase64: pathBase64(path),
    kind: owner === undefined ? null : kindOf(owner, emulate353).kind,
    version: version ?? null,
    dataLength: dataLength ?? null,
    czxid: czxid ?? null,
    ctime: ctime ?? null,
    createdBy: rowOf(created)?.session ?? null,
    mzxid: mzxid ?? null,
    mtime: mtime ?? null,
    setBy: setter?.session ?? null,
    file: setter?.file,
    offset: setter?.offset,
    length: setter?.length,
  };
}

/** True where the first event stands before the second in history. */
function isBefore(a: HistoryEvent, b: HistoryEvent): boolean {
  const [x, y] = [placeOf(a), placeOf(b)];
  if (x !== y) return x < y;
  if ((a.zxid === null) !== (b.zxid === null)) return b.zxid === null;
  return a.order < b.order;
}
