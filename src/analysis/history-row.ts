// An event of a history as a row: the names and values of docs/json.md, those of an op row and some more.

import type { RawText } from '../jute/raw-text.js';
import { type KindAndTtl, kindOf, type ZnodeKind } from '../records/kind.js';
import { type AclRow, aclRows } from './acl-row.js';
import type { Cause } from './causes.js';
import type { CausedEvent, HoleInHistory } from './history.js';
import { type EventType, type LoggedOp, subjectOf } from './history-event.js';
import { serverOf } from './log-query.js';
import { type OpRow, opRow } from './op-row.js';
import { pathBase64, shownPath } from './paths.js';
import type { ZnodeState } from './znode-state.js';

/** Another part of the same multi. */
export interface OtherPart {
  readonly multi: number;
  readonly type: string;
  /** Null of a part without one. */
  readonly path: string | null;
}

/** A row of `history`; data is still bytes. What is not known is absent, but for zxid, time and session: null. */
export interface HistoryRow extends Partial<Omit<OpRow, 'type' | 'zxid' | 'time' | 'session'>> {
  readonly zxid: bigint | null;
  readonly time: bigint | null;
  readonly session: bigint | null;
  /** Top byte of the session id: the server that gave it out. Absent where there is no session. */
  readonly server?: number | undefined;
  readonly type: EventType | 'hole';
  /** Where `zxid` is null: it happened after this zxid; null for no bound. */
  readonly after?: bigint | null | undefined;
  readonly afterTime?: bigint | null | undefined;
  /** Where `zxid` is null: and not later than this one. */
  readonly upTo?: bigint | null | undefined;
  readonly upToTime?: bigint | null | undefined;
  readonly from?: 'log' | 'snapshot' | undefined;
  readonly unlogged?: true | undefined;
  /** It follows only if the txns before a change of epoch were committed. */
  readonly ifCommitted?: true | undefined;
  /** Changes that the row stands for, where it is not one. */
  readonly count?: number | undefined;
  readonly kind?: ZnodeKind | undefined;
  readonly oldVersion?: number | undefined;
  readonly oldAcl?: readonly AclRow[] | null | undefined;
  readonly oldDataLength?: number | undefined;
  readonly oldData?: Buffer | null | undefined;
  /** Parts of the multi. */
  readonly parts?: number | undefined;
  /** The other parts of the multi, at most 100. */
  readonly others?: readonly OtherPart[] | undefined;
  readonly cause?: Cause | undefined;
  /** Of a hole: txns that are missing for sure; null where that is not known. */
  readonly missing?: bigint | null | undefined;
  /** Of a hole: true where a snapshot shows that nothing happened to the znode in it. */
  readonly unchanged?: true | undefined;
}

/** Makes the row of an event. */
export function historyRow({ event, cause }: CausedEvent, emulate353 = false): HistoryRow {
  const { path, type, zxid, time, span, from, isUnlogged, isIfCommitted, op, count, evidence } = event;
  const state = subjectOf(event);
  const session = op === null ? sessionOfStat(type, state, emulate353) : op.logged.txn.header.clientId;
  const { ttl, ...logged } = op === null ? { ttl: undefined } : opRow(op.logged, op.part);
  return {
    ...logged,
    zxid,
    time,
    session,
    server: session === null || session === 0n ? undefined : serverOf(session),
    type,
    path: shownPath(path),
    pathBase64: pathBase64(path),
    from,
    unlogged: isUnlogged ? true : undefined,
    ifCommitted: isIfCommitted ? true : undefined,
    count: count === 1 ? undefined : count,
    ...(span === null
      ? {}
      : {
          after: span.after?.zxid ?? null,
          afterTime: span.after?.time ?? null,
          upTo: span.upTo?.zxid ?? null,
          upToTime: span.upTo?.time ?? null,
        }),
    ...kindFields(state, emulate353),
    ...changeFields(event),
    ...multiFields(op),
    cause: cause ?? undefined,
    file: evidence.file,
    offset: evidence.offset,
    length: evidence.length,
  };
}

/** Makes the row of a hole in the history of a znode. */
export function holeRow({ hole, isBridged }: HoleInHistory, path: RawText): HistoryRow {
  const { after, next, missing } = hole;
  return {
    zxid: null,
    time: null,
    session: null,
    type: 'hole',
    path: shownPath(path),
    pathBase64: pathBase64(path),
    after: after?.zxid ?? null,
    afterTime: after?.time ?? null,
    upTo: next === null ? null : next.zxid - 1n,
    upToTime: next?.time ?? null,
    missing,
    unchanged: isBridged ? true : undefined,
  };
}

/** The session that a stat tells: an ephemeral's owner created it. */
function sessionOfStat(type: EventType, state: ZnodeState | null, emulate353: boolean): bigint | null {
  const owner = state?.owner;
  if (type !== 'create' || owner === undefined) return null;
  return kindOf(owner, emulate353).kind === 'ephemeral' ? owner : null;
}

function kindFields(state: ZnodeState | null, emulate353: boolean): Partial<HistoryRow> {
  if (state?.owner === undefined) return {};
  const { kind, ttl }: KindAndTtl = kindOf(state.owner, emulate353);
  return ttl === null ? { kind } : { kind, ttl };
}

function changeFields({ type, before, after }: CausedEvent['event']): Partial<HistoryRow> {
  const old: ZnodeState = typeof before === 'object' ? before : {};
  const now: ZnodeState = typeof after === 'object' ? after : {};
  switch (type) {
    case 'children':
      return {};
    case 'setACL':
      return {
        version: now.aversion,
        oldVersion: old.aversion,
        acl: rowsOf(now),
        oldAcl: rowsOf(old),
      };
    case 'setData':
    case 'reconfig':
      return { version: now.version, oldVersion: old.version, ...dataFields(now), ...oldData(old) };
    case 'delete':
    case 'deleteContainer':
      return { oldVersion: old.version, oldAcl: rowsOf(old), ...oldData(old) };
    default:
      return { version: now.version, acl: rowsOf(now), ...dataFields(now) };
  }
}

function rowsOf({ acl }: ZnodeState): HistoryRow['acl'] {
  return acl === undefined ? undefined : aclRows(acl);
}

function dataFields({ data, dataLength }: ZnodeState): Partial<HistoryRow> {
  return { dataLength, data };
}

function oldData({ data, dataLength }: ZnodeState): Partial<HistoryRow> {
  return { oldDataLength: dataLength, oldData: data };
}

function multiFields(op: LoggedOp | null): Partial<HistoryRow> {
  if (op === null || op.multi === null) return {};
  const { count, parts } = op.multi;
  const others = parts.filter(({ index }) => index !== op.part.multi).slice(0, MOST_OTHERS);
  return {
    parts: count,
    others: others.map(({ index, type, path }) => {
      return { multi: index, type, path: path === null ? null : shownPath(path) };
    }),
  };
}

const MOST_OTHERS = 100;
