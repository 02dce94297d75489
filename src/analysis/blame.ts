// Who made what is there now: the last events that concern each part of a znode.
import type { RawText } from '../jute/raw-text.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import type { CausedEvent, History } from './history.js';
import type { HistoryEvent } from './history-event.js';
import { type HistoryRow, historyRow } from './history-row.js';
import { nameOf, parentOf, pathBase64, shownPath } from './paths.js';
import type { ZnodeState } from './znode-state.js';

/** A part of a znode. */
export type BlamedPart = 'created' | 'data' | 'acl' | 'children';

/** Who made one part of a znode: the row of the event, with the part. Of `children` the path is the child's. */
export interface BlameRow extends HistoryRow {
  readonly what: BlamedPart;
}

/**
 * Who made each part of a znode, of a history with its children. A part that nothing tells of, as of a znode that
 * servers made themselves, is left out. Null where the znode is not there.
 */
export function blameOf(history: History, path: RawText, emulate353 = false): BlameRow[] | null {
  if (typeof history.last.get(path) !== 'object') return null;
  const blamed = new Map<BlamedPart, CausedEvent>();
  for (const caused of history.events) {
    const { event } = caused;
    if (event.path === path) for (const part of partsChanged(event)) blamed.set(part, caused);
    else if (isChild(event, path)) blamed.set('children', caused);
  }
  return PARTS.flatMap((what) => {
    const caused = blamed.get(what);
    return caused === undefined ? [] : [{ what, ...historyRow(caused, emulate353) }];
  });
}

const PARTS: readonly BlamedPart[] = ['created', 'data', 'acl', 'children'];

function partsChanged({ type }: HistoryEvent): readonly BlamedPart[] {
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

function isChild({ path, type }: HistoryEvent, parent: RawText): boolean {
  const isOne = path !== '' && nameOf(path) !== '' && parentOf(path) === parent;
  return isOne && (type.startsWith('create') || type.startsWith('delete'));
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

/** The znodes of a history that are there at its end, a row each, in canonical order. */
export function blameTable(
  { events, last }: History,
  isWanted: (path: RawText) => boolean,
  emulate353 = false,
): BlamedZnodeRow[] {
  const makers = new Map<RawText, { created: CausedEvent | null; set: CausedEvent | null }>();
  for (const caused of events) {
    const { path } = caused.event;
    if (!isWanted(path)) continue;
    const parts = partsChanged(caused.event);
    if (!parts.includes('data')) continue;
    const made = makers.get(path) ?? { created: null, set: null };
    if (parts.includes('created')) made.created = caused;
    made.set = caused;
    makers.set(path, made);
  }
  const there = [...last].filter(([path, belief]) => typeof belief === 'object' && isWanted(path));
  there.sort(([a], [b]) => compareCanonical(a, b));
  return there.map(([path, belief]) => {
    const { created = null, set = null } = makers.get(path) ?? {};
    return blamedRow(path, belief as ZnodeState, created, set, emulate353);
  });
}

function blamedRow(
  path: RawText,
  { owner, version, dataLength, czxid, ctime, mzxid, mtime }: ZnodeState,
  created: CausedEvent | null,
  set: CausedEvent | null,
  emulate353: boolean,
): BlamedZnodeRow {
  const setter = set === null ? null : historyRow(set, emulate353);
  return {
    path: shownPath(path),
    pathBase64: pathBase64(path),
    kind: owner === undefined ? null : kindOf(owner, emulate353).kind,
    version: version ?? null,
    dataLength: dataLength ?? null,
    czxid: czxid ?? null,
    ctime: ctime ?? null,
    createdBy: created === null ? null : historyRow(created, emulate353).session,
    mzxid: mzxid ?? null,
    mtime: mtime ?? null,
    setBy: setter?.session ?? null,
    file: setter?.file,
    offset: setter?.offset,
    length: setter?.length,
  };
}

/** Pre-order, siblings by the bytes of their names: as if "/" came before every other byte. */
function compareCanonical(a: RawText, b: RawText): number {
  const [x, y] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')];
  return x < y ? -1 : x > y ? 1 : 0;
}
