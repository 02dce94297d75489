// compare: servers at the newest zxid that all of them reach, and their logs.

import { formatZxid, type Zxid } from '../records/zxid.js';
import type { MemberSource } from '../source/members.js';
import { timeText } from '../source/moment.js';
import type { TxnSource, ZnodeSource } from '../source/sources.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { LogExtent, LogFinding } from './compare-logs.js';
import { logFindings } from './compare-logs.js';
import { TreeCounts, type TreeFinding, treeFindings } from './compare-trees.js';
import { opRow, partsOf } from './op-row.js';

/** A server that is compared. */
export interface ComparedMember extends MemberSource, LogExtent {
  /** What it is called here: `source` without what all have in common. */
  readonly server: string;
  /** The newest zxid it has, in a tree; null where that is not known. */
  readonly newest: Zxid | null;
  /** Of its tree at the common zxid. */
  exactness: 'exact' | 'unproven' | null;
  reason: string | null;
  /** Null without a tree there. */
  sessions: number | null;
  znodes: number | null;
}

/** A finding, with names in the place of places. */
export interface CompareRow {
  /** `synced`: a leader sent the server a snapshot instead of txns, which is no difference. */
  readonly kind: 'znode' | 'session' | 'owner' | 'fork' | 'lacks' | 'synced';
  readonly path: string | null;
  readonly zxid: Zxid | null;
  /** The last one it is about, included. */
  readonly toZxid: Zxid | null;
  readonly count: number;
  readonly session: bigint | null;
  /** Servers that agree, together, those with the most first. */
  readonly groups: readonly (readonly string[])[];
  /** Those that do not have it. */
  readonly lacking: readonly string[];
  readonly fields: readonly string[];
  /** The first txn as each group has it. */
  readonly txns: readonly string[];
  readonly what: string;
}

/** What was found. */
export interface Comparison {
  readonly zxid: Zxid | null;
  readonly members: readonly ComparedMember[];
  /** Znodes; null where fewer than two trees could be had. */
  readonly equal: number | null;
  readonly different: number | null;
  readonly rows: readonly CompareRow[];
}

/** How trees and logs are opened. */
export interface MemberAccess {
  /** Null where the tree cannot be had then; that is said. */
  tree(source: string, at: Zxid | null): ZnodeSource | null;
  txns(source: string): TxnSource;
  shownPath(path: string): string;
}

type TreeSums = { -readonly [Field in 'equal' | 'different']: Comparison[Field] };

/** Rows that are kept of one kind: what differs everywhere is not told znode by znode. */
const MOST_ROWS = 100_000;

/** Compares. `at` is the zxid for the trees; null for the newest that all servers reach. */
export function compareMembers(
  sources: readonly MemberSource[],
  at: Zxid | null,
  access: MemberAccess,
): Comparison {
  const names = shortNames(sources.map(({ source }) => source));
  const members = sources.map((member, i): ComparedMember => {
    const newest = newestOf(member.source, access);
    const extent = { txns: 0, first: null, last: null, firstTime: null, lastTime: null, met: 0 };
    const tree = { newest, exactness: null, reason: null, sessions: null, znodes: null };
    return { server: names[i]!, ...member, ...extent, ...tree };
  });
  const reached = members.flatMap(({ newest }) => newest ?? []);
  const zxid = at ?? reached.reduce<Zxid | null>((low, one) => (low === null || one < low ? one : low), null);
  const counts: TreeSums = { equal: null, different: null };
  const rows = [...treeRows(members, zxid, access, counts), ...logRows(members, access)];
  return { zxid, members, ...counts, rows };
}

function newestOf(source: string, access: MemberAccess): Zxid | null {
  const tree = access.tree(source, null);
  if (tree === null) return null;
  const newest = tree.moment?.zxid ?? tree.zxid;
  tree.close();
  return newest;
}

function treeRows(
  members: readonly ComparedMember[],
  zxid: Zxid | null,
  access: MemberAccess,
  sums: TreeSums,
): CompareRow[] {
  const opened: { readonly member: ComparedMember; readonly tree: ZnodeSource }[] = [];
  try {
    for (const member of members) {
      const tree = access.tree(member.source, member.newest === zxid ? null : zxid);
      if (tree === null) continue;
      member.exactness = tree.moment?.exactness ?? null;
      member.reason = tree.moment?.reason ?? null;
      member.sessions = [...tree.sessions()].length;
      opened.push({ member, tree });
    }
    const counts = new TreeCounts(opened.length);
    const names = opened.map(({ member }) => member.server);
    const rows: CompareRow[] = [];
    for (const found of treeFindings(
      opened.map(({ tree }) => tree),
      counts,
    )) {
      if (rows.length < MOST_ROWS) rows.push(treeRow(found, names, access));
    }
    for (const [i, { member }] of opened.entries()) member.znodes = counts.znodes[i]!;
    if (opened.length > 1) {
      sums.equal = counts.equal;
      sums.different = counts.different;
    }
    return rows;
  } finally {
    for (const { tree } of opened) tree.close();
  }
}

function treeRow(found: TreeFinding, names: readonly string[], access: MemberAccess): CompareRow {
  const { kind, path, session, fields, absent } = found;
  const groups = found.groups.map((places) => places.map((place) => names[place]!));
  const lacking = kind === 'owner' ? groups[0]! : (absent ?? []).map((place) => names[place]!);
  const has = groups.filter((group) => group !== undefined && group[0] !== lacking[0]);
  return {
    kind,
    path: kind === 'session' ? null : access.shownPath(path),
    zxid: null,
    toZxid: null,
    count: 1,
    session,
    groups,
    lacking,
    fields,
    txns: [],
    what: treeText(found, has, lacking),
  };
}

function treeText(
  { kind, fields, session }: TreeFinding,
  has: readonly (readonly string[])[],
  lacking: readonly string[],
): string {
  if (kind === 'owner') return `session of this ephemeral is not there on ${lacking.join(', ')}`;
  const parts: string[] = [];
  if (lacking.length > 0) {
    const only = session === null || kind === 'session' ? '' : ', an ephemeral';
    parts.push(`only on ${has.flat().join(', ')}${only}`);
  }
  if (fields.length > 0)
    parts.push(`${fields.join(', ')} differ: ${has.map((group) => group.join(', ')).join(' | ')}`);
  return parts.join('; ');
}

function logRows(members: readonly ComparedMember[], access: MemberAccess): CompareRow[] {
  const withLogs = members.filter(({ hasLogs }) => hasLogs);
  const opened: TxnSource[] = [];
  try {
    for (const { source } of withLogs) opened.push(access.txns(source));
    const found = [
      ...logFindings(
        opened.map((txns) => txns.txns()),
        withLogs,
        keep,
        members.some(({ lacksData }) => lacksData),
      ),
    ];
    const names = withLogs.map(({ server }) => server);
    const synced = (one: LogFinding) => {
      const [[place] = []] = one.groups;
      return (
        one.kind === 'hole' && withLogs[place!]!.snapshots.some((zxid) => zxid >= one.to && zxid < one.next!)
      );
    };
    return [
      ...joined(found.filter((one) => !synced(one))).map((one) => logRow(one, names)),
      ...found.filter(synced).map((one) => syncedRow(one, names)),
    ];
  } finally {
    for (const txns of opened) txns.close();
  }
}

// What several servers lack alike is one finding.
function joined(found: readonly LogFinding[]): LogFinding[] {
  const rows = new Map<string, LogFinding>();
  for (const one of found) {
    const key = `${one.kind} ${one.from} ${one.to}`;
    const known = rows.get(key);
    if (known === undefined || one.kind === 'fork')
      rows.set(known === undefined ? key : `${key} ${rows.size}`, one);
    else rows.set(key, { ...known, groups: [[...known.groups[0]!, ...one.groups[0]!]] });
  }
  return [...rows.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

function logRow({ kind, from, to, count, groups, txns }: LogFinding, names: readonly string[]): CompareRow {
  const named = groups.map((places) => places.map((place) => names[place]!));
  // A server whose files have a zxid twice has two.
  const texts = txns.map((own) => own.map(txnText).join(' and '));
  const common = { path: null, zxid: from, toZxid: to, count, session: null, fields: [], txns: texts };
  if (kind === 'fork') {
    const sides = named.map((group, i) => `${group.join(', ')}: ${texts[i]}`);
    return { ...common, kind, groups: named, lacking: [], what: `different txns; ${sides.join(' | ')}` };
  }
  const lacking = named[0]!;
  const others = names.filter((name) => !lacking.includes(name));
  const what = `${lacking.join(', ')} lack${lacking.length === 1 ? 's' : ''} ${count} txn${count === 1 ? '' : 's'}, the first: ${texts[0]}`;
  return { ...common, kind: 'lacks', groups: [others, lacking], lacking, what };
}

function syncedRow({ from, to, count, groups }: LogFinding, names: readonly string[]): CompareRow {
  const [server = ''] = groups[0]!.map((place) => names[place]!);
  const common = { path: null, zxid: from, toZxid: to, count, session: null, fields: [], txns: [] };
  const others = names.filter((name) => name !== server);
  const what = `${server} was sent a snapshot instead of these txns`;
  return { ...common, kind: 'synced', groups: [others, [server]], lacking: [server], what };
}

/** Names without the folders that all have in common. */
function shortNames(sources: readonly string[]): readonly string[] {
  let common = sources[0]!;
  for (const source of sources) {
    while (!source.startsWith(common)) common = common.slice(0, -1);
  }
  const start = common.lastIndexOf('/') + 1;
  const short = sources.map((source) => source.slice(start).replace(/\/version-2\/?$/, ''));
  return short.every((name) => name !== '') && new Set(short).size === short.length ? short : sources;
}

function txnText(logged: LoggedTxn): string {
  const { header } = logged.txn;
  const [part] = partsOf(logged.txn);
  const row = opRow(logged, part!);
  const where = row.path == null ? '' : ` ${row.path}`;
  const { file, offset } = logged.evidence;
  return `${row.type}${where} at ${formatZxid(header.zxid)} of ${timeText(header.time)} (${file} byte ${offset})`;
}

/** Paths and numbers outlive the buffer; data, which does not, is not told. */
function keep(logged: LoggedTxn): LoggedTxn {
  return { ...logged };
}
