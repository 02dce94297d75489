// A tree as a script for zkCli.sh of 3.5 and later, which makes it anew through a client (ZooKeeperMain, CreateCommand).
//
// zkCli takes a line apart at spaces; a word may stand in " or ', and then cannot have that quote in it. Its line
// editor takes ! for its history. What cannot be typed so is told and left out: a script must not make another tree.
import { decodedText, isValidUtf8, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { kindOf } from '../records/kind.js';
import { formatPerms } from '../records/perms.js';
import type { Znode } from '../snapshot/znode.js';
import { limitedByLimits } from '../tree/quota-paths.js';
import { parseQuotaStats } from '../tree/quota-stats.js';

/** A line of the script, or a znode that cannot be in it. */
export type ScriptLine =
  | { readonly line: string }
  | { readonly path: RawText /** A clause. */; readonly lacks: string };

const OPEN = 'world:anyone:cdrwa';
/** What a terminal acts upon or does not show: nobody would see what is typed. */
const CONTROL = /[\x00-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * The script: znodes with their data parents first, then ACLs of those with children, children first, then quotas. `znodes`
 * are in canonical order, with data. Memory: the ACLs of znodes that have children.
 */
export function* zkCliScript(znodes: Iterable<Znode>): Generator<ScriptLine> {
  const later: string[] = [];
  const quotas: Quota[] = [];
  /** Below these nothing can be made. */
  let lacking: RawText | null = null;
  for (const [znode, next] of withNext(znodes)) {
    const { path } = znode;
    if (path.startsWith('/zookeeper/quota/')) quotas.push(...quotaOf(znode));
    if (path === '/zookeeper' || path.startsWith('/zookeeper/')) continue;
    if (lacking !== null && path.startsWith(`${lacking}/`)) {
      yield { path, lacks: 'what is above it is left out' };
      continue;
    }
    const hasChildren = next?.path.startsWith(`${path}/`) ?? false;
    const made = linesOf(znode, hasChildren);
    if ('lacks' in made) {
      lacking = path;
      yield { path, lacks: made.lacks };
      continue;
    }
    if (made.now !== null) yield { line: made.now };
    if (made.later !== null) later.push(made.later);
  }
  for (const line of later.reverse()) yield { line };
  yield* quotaLines(quotas);
}

/** What to type for a znode: at once, and when all is there. */
function linesOf(
  { path, data, acl, stat }: Znode,
  hasChildren: boolean,
): { readonly now: string | null; readonly later: string | null } | { readonly lacks: string } {
  const { kind, ttl } = kindOf(stat.ephemeralOwner);
  if (kind === 'ephemeral') return { lacks: 'it is an ephemeral, which ends with the session of zkCli' };
  const name = isValidUtf8(path) ? word(decodedText(path || ('/' as RawText))) : null;
  if (name === null) return { lacks: 'its path cannot be typed' };
  if (data === undefined) return { lacks: 'its data is not in the index' };
  const text = data === null ? null : textOf(data);
  const typed = text === null ? null : word(text);
  if (data !== null && typed === null) return { lacks: 'its data cannot be typed' };
  const list = acl === null ? null : aclWord(acl);
  if (list === null) return { lacks: acl === null ? 'its ACL is missing' : 'its ACL cannot be typed' };
  const dash = text?.startsWith('-') ? '-- ' : '';
  const setAcl = list === OPEN ? null : `setAcl ${name} ${list}`;
  if (path === '') return { now: typed === null ? null : `set ${dash}${name} ${typed}`, later: setAcl };
  const flag = kind === 'container' ? '-c ' : kind === 'ttl' ? `-t ${ttl} ` : '';
  const create = `create ${flag}${dash}${name}`;
  // With null data there is no place for an ACL; and whoever makes children needs to be let in.
  if (typed === null) return { now: create, later: setAcl };
  if (setAcl === null) return { now: `${create} ${typed}`, later: null };
  return hasChildren
    ? { now: `${create} ${typed}`, later: setAcl }
    : { now: `${create} ${typed} ${list}`, later: null };
}

function textOf(data: Buffer): string | null {
  const text = data.toString('utf8');
  return Buffer.from(text, 'utf8').equals(data) ? text : null;
}

/** Text as a word of a line; null where there is no way to type it. */
function word(text: string): string | null {
  if (CONTROL.test(text) || text.includes('!')) return null;
  if (text !== '' && !/\s/.test(text) && !/^["']/.test(text)) return text;
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? null : `'${text}'`;
}

/** An ACL as one word, as setAcl takes it; null where its parts cannot be told apart then. */
function aclWord(acl: readonly ACL[]): string | null {
  if (acl.length === 0) return null;
  const entries: string[] = [];
  for (const { perms, id } of acl) {
    const letters = formatPerms(perms);
    const { scheme, id: who } = id;
    if (scheme === null || who === null || !isValidUtf8(who) || !isValidUtf8(scheme)) return null;
    if (letters === '' || letters.includes('+') || /[,:]/.test(scheme) || who.includes(',')) return null;
    entries.push(`${decodedText(scheme)}:${decodedText(who)}:${letters}`);
  }
  return word(entries.join(','));
}

/** What setquota is told. */
interface Quota {
  readonly path: RawText;
  readonly limits: readonly (readonly [flag: string, value: string])[];
}

/** Hard limits are told by -N and -B, from 3.7 on. */
function quotaOf({ path, data }: Znode): Quota[] {
  const limited = limitedByLimits(path);
  if (limited === null || !data) return [];
  const text = data.toString('latin1');
  const { count, bytes } = parseQuotaStats(text);
  const hard = (key: string) => Number(new RegExp(`${key}=(-?\\d+)`).exec(text)?.[1] ?? -1);
  const limits = [
    ['-n', count],
    ['-b', bytes],
    ['-N', hard('countHardLimit')],
    ['-B', hard('byteHardLimit')],
  ] as const;
  const set = limits.filter(([, value]) => value >= 0).map(([flag, value]) => [flag, `${value}`] as const);
  return [{ path: limited, limits: set }];
}

/**
 * One limit a line, for zkCli takes one at a time; before 3.7 it refuses a second one. It sets none below or above another.
 */
function* quotaLines(quotas: readonly Quota[]): Generator<ScriptLine> {
  for (const { path, limits } of quotas) {
    const name = isValidUtf8(path) ? word(decodedText(path)) : null;
    const outer = quotas.find((other) => path.startsWith(`${other.path}/`));
    if (name === null) yield { path, lacks: 'its quota: the path cannot be typed' };
    else if (outer !== undefined) yield { path, lacks: 'its quota: zkCli sets none below another' };
    else for (const [flag, value] of limits) yield { line: `setquota ${flag} ${value} ${name}` };
  }
}

function* withNext<T>(items: Iterable<T>): Generator<[T, T | null]> {
  let before: { readonly item: T } | null = null;
  for (const item of items) {
    if (before !== null) yield [before.item, item];
    before = { item };
  }
  if (before !== null) yield [before.item, null];
}
