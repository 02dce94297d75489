// A change in words, for the lines of `history` and `blame`.
import { basename } from 'node:path';
import { aclText } from '../../analysis/acl-row.js';
import type { BlameRow } from '../../analysis/blame.js';
import type { Cause } from '../../analysis/causes.js';
import type { HistoryRow } from '../../analysis/history-row.js';
import { shownPath } from '../../analysis/paths.js';
import { formatHex, formatTime } from '../../render/value.js';

/**
 * The zxid of a change, or those that it can have, `0x6d..0x7f`. A delete that is not logged has none: it lies between
 * two, `0x6c..0x7f`, or only behind one.
 */
export function zxidText({ zxid, after, upTo, unlogged }: HistoryRow): string {
  if (zxid !== null) return formatHex(zxid);
  if (unlogged && after === upTo) return `after ${formatHex(after ?? 0n)}`;
  const from = after == null ? '?' : formatHex(unlogged ? after : after + 1n);
  const to = upTo == null ? '?' : formatHex(upTo);
  return from === to ? from : `${from}..${to}`;
}

/** The type, with what is special about it. */
export function typeText({ type, implied, unlogged }: HistoryRow): string {
  if (implied) return `${type} (implied)`;
  return unlogged ? `${type} (unlogged)` : type;
}

/** What a row says besides who and when. */
export function detailText(row: HistoryRow): string {
  return withCircumstances(row.type === 'hole' ? [holeText(row)] : changeText(row), row);
}

/** What a row of `blame` says of the part of the znode that it is about. */
export function blameText(row: BlameRow): string {
  const { what, kind, ttl, version, dataLength, acl, type } = row;
  switch (what) {
    case 'created':
      return withCircumstances(kind === undefined ? [] : [kindText(kind, ttl)], row);
    case 'data': {
      const size = dataLength === undefined ? '' : bytes(dataLength);
      return withCircumstances([version === undefined ? '' : `version ${version}`, size].filter(isText), row);
    }
    case 'acl': {
      const aversion = type === 'setACL' ? version : 0;
      const text = acl === undefined ? '' : aclText(acl);
      return withCircumstances([`aversion ${aversion}`, text].filter(isText), row);
    }
    case 'children':
      return detailText(row);
  }
}

/** Words, with the multi it was part of, where it is from if not from a log, and what made it. */
function withCircumstances(
  words: readonly string[],
  { parts, multi, from, file, cause, ifCommitted, commit }: HistoryRow,
): string {
  const all = [
    ...(commit === 'single-copy' ? ['SINGLE COPY'] : []),
    ...words,
    ...(parts === undefined ? [] : [`part ${multi} of a multi of ${parts}`]),
    ...(ifCommitted ? ['if what the old epoch did last was committed'] : []),
    ...(from === 'snapshot' ? [`as ${basename(file ?? '')} shows`] : []),
  ];
  return all.join(', ').concat(cause === undefined ? '' : `; ${causeText(cause)}`);
}

function changeText(row: HistoryRow): readonly string[] {
  const { type, oldVersion, dataLength, oldDataLength, kind, ttl, acl, oldAcl } = row;
  switch (type) {
    case 'setData':
    case 'reconfig':
      return [versions('version', row), sizes(oldDataLength, dataLength)].filter(isText);
    case 'setACL': {
      const acls = [oldAcl, acl].map((one) => (one === undefined ? '?' : aclText(one)));
      return [versions('aversion', row), `ACL ${acls.join(' -> ')}`].filter(isText);
    }
    case 'delete':
    case 'deleteContainer':
      return [
        kind === undefined || kind === 'persistent' ? '' : kindText(kind, ttl),
        oldVersion === undefined ? '' : `version ${oldVersion}`,
        oldDataLength === undefined ? '' : bytes(oldDataLength),
      ].filter(isText);
    case 'children':
      return ['a child was created or deleted'];
    default:
      return [
        dataLength === undefined ? '' : bytes(dataLength),
        kind === undefined || kind === 'persistent' ? '' : kindText(kind, ttl),
      ].filter(isText);
  }
}

function holeText({ after, upTo, missing, unchanged }: HistoryRow): string {
  if (after === null && upTo === null) return 'no txn is here: what follows is from snapshots alone';
  if (after === null) return 'the logs begin behind this: of what was before only snapshots tell';
  if (upTo === null) return 'the logs end before this: of what came later only snapshots tell';
  const lost =
    missing == null ? 'txns are missing' : `${missing} txn${missing === 1n ? ' is' : 's are'} missing`;
  return unchanged ? `${lost}, but nothing happened to this znode: a later snapshot has it unchanged` : lost;
}

/** What made a server do it, in words. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'session': {
      const { end, timeout, created } = cause;
      const how =
        end === 'closed'
          ? 'its session was closed by the client (inferred: it has a cxid)'
          : 'its session expired (inferred: cxid 0)';
      const since = created === null ? '' : `, created at ${at(created.zxid, created.time)}`;
      return `${how}${timeout === null ? '' : `, timeout ${timeout} ms`}${since}`;
    }
    case 'container': {
      const { lastChild } = cause;
      if (lastChild === null) return 'due as an empty container: no log here shows a child of it';
      return `due since its last child ${shownPath(lastChild.path)} went at ${at(lastChild.zxid, lastChild.time)}`;
    }
    case 'ttl': {
      const { ttl, mtime, lastChild } = cause;
      if (lastChild !== null) {
        return `due since its last child ${shownPath(lastChild.path)} went at ${at(lastChild.zxid, lastChild.time)}, its ttl of ${ttl} ms being over`;
      }
      if (mtime === null) return `due ${ttl} ms after its last change`;
      return `due at ${formatTime(mtime + ttl)}, ${ttl} ms after its last change at ${formatTime(mtime)}`;
    }
    case 'boot':
      return cause.why;
  }
}

function kindText(kind: string, ttl: bigint | undefined): string {
  return ttl === undefined ? kind : `${kind} ${ttl} ms`;
}

function versions(name: string, { oldVersion, version, count }: HistoryRow): string {
  if (version === undefined) return '';
  if (count !== undefined) return `${count} times, up to ${name} ${version}`;
  return oldVersion === undefined ? `${name} ${version}` : `${name} ${oldVersion} -> ${version}`;
}

function sizes(old: number | undefined, now: number | undefined): string {
  if (now === undefined) return '';
  return old === undefined || old === now ? bytes(now) : `${old} -> ${bytes(now)}`;
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function at(zxid: bigint, time: bigint): string {
  return `${formatHex(zxid)} ${formatTime(time)}`;
}

function isText(text: string): boolean {
  return text !== '';
}
