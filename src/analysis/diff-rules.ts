// What counts as a difference between two trees (DESIGN.md 6).
import { decodedText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { kindOf } from '../records/kind.js';
import type { Znode } from '../snapshot/znode.js';

/** What can differ in a znode that both trees have, as rows name it. */
export const DIFF_FIELDS = [
  'data',
  'acl',
  'kind',
  'ephemeralOwner',
  'version',
  'cversion',
  'aversion',
  'czxid',
  'mzxid',
  'pzxid',
  'ctime',
  'mtime',
] as const;

export type DiffField = (typeof DIFF_FIELDS)[number];

/** `strict`: everything that is stored. `migrated`: what a copy for other servers must have kept. */
export type DiffMode = 'strict' | 'migrated';

/** Words for differences: that a znode is added or removed, or what is changed in it. */
export const DIFF_CLASSES = ['added', 'removed', ...DIFF_FIELDS] as const;

export type DiffClass = (typeof DIFF_CLASSES)[number];

/** Words for several of them. */
export const DIFF_GROUPS = {
  zxids: ['czxid', 'mzxid', 'pzxid'],
  times: ['ctime', 'mtime'],
  versions: ['version', 'cversion', 'aversion'],
} as const satisfies Readonly<Record<string, readonly DiffClass[]>>;

/** A word for differences, as `--only` and `--ignore` take them. */
export type DiffWord = DiffClass | keyof typeof DIFF_GROUPS;

export const DIFF_WORDS: readonly DiffWord[] = [
  ...DIFF_CLASSES,
  ...(Object.keys(DIFF_GROUPS) as (keyof typeof DIFF_GROUPS)[]),
];

const MIGRATED: readonly DiffClass[] = ['added', 'removed', 'data', 'acl', 'kind', 'cversion'];

/** What counts. */
export interface DiffRules {
  readonly mode: DiffMode;
  readonly classes: ReadonlySet<DiffClass>;
  /** Reads every negative owner as a TTL of 3.5.3. */
  readonly emulate353: boolean;
}

/** What is asked of a comparison. `only` counts these alone, whatever the mode; `ignore` leaves these out. */
export interface DiffWish {
  readonly mode: DiffMode;
  readonly only?: ReadonlySet<DiffWord> | undefined;
  readonly ignore?: ReadonlySet<DiffWord> | undefined;
  readonly emulate353?: boolean | undefined;
}

/** The rules of a wish. */
export function diffRules({ mode, only, ignore, emulate353 = false }: DiffWish): DiffRules {
  const asked = only === undefined ? (mode === 'strict' ? DIFF_CLASSES : MIGRATED) : classesOf(only);
  const left = ignore === undefined ? [] : classesOf(ignore);
  return { mode, classes: new Set(asked.filter((one) => !left.includes(one))), emulate353 };
}

function classesOf(words: ReadonlySet<DiffWord>): DiffClass[] {
  return [...words].flatMap((word) => (isGroup(word) ? [...DIFF_GROUPS[word]] : [word]));
}

function isGroup(word: DiffWord): word is keyof typeof DIFF_GROUPS {
  return Object.hasOwn(DIFF_GROUPS, word);
}

/** Each server writes its own clock into it as it starts. */
export const CONFIG = '/zookeeper/config' as RawText;

/** What differs in a znode that both trees have, in the order of DIFF_FIELDS. `path` is that of `b`. */
export function differingFields(a: Znode, b: Znode, rules: DiffRules): DiffField[] {
  const fields: DiffField[] = [];
  for (const field of DIFF_FIELDS) {
    if (!rules.classes.has(field)) continue;
    if (field === 'mtime' && b.path === CONFIG && rules.mode === 'strict') continue;
    if (differs(field, a, b, rules)) fields.push(field);
  }
  return fields;
}

/** True for a znode that lives with a session. */
export function isEphemeral({ stat }: Znode, { emulate353 }: DiffRules): boolean {
  return stat.ephemeralOwner !== 0n && kindOf(stat.ephemeralOwner, emulate353).kind === 'ephemeral';
}

function differs(field: DiffField, a: Znode, b: Znode, { mode, emulate353 }: DiffRules): boolean {
  switch (field) {
    case 'data':
      return !isSameData(a, b);
    case 'acl':
      return !isSameAcl(a.acl, b.acl);
    case 'kind': {
      const [was, is] = [a, b].map(({ stat }) => kindOf(stat.ephemeralOwner, emulate353));
      return was!.kind !== is!.kind || was!.ttl !== is!.ttl;
    }
    case 'cversion':
      // It counts up only: a copy that is ahead gives out no sequence number twice.
      return mode === 'migrated' ? b.stat.cversion < a.stat.cversion : a.stat.cversion !== b.stat.cversion;
    default:
      return a.stat[field] !== b.stat[field];
  }
}

// Without data in an index, lengths are all there is: `differences` says so.
function isSameData(a: Znode, b: Znode): boolean {
  if (a.dataLength !== b.dataLength) return false;
  if (a.data === null || b.data === null) return a.data === b.data;
  return a.data === undefined || b.data === undefined || a.data.equals(b.data);
}

/**
 * Entries in their order. A list that the snapshot does not hold equals another such. Texts as servers read them: one
 * that is no UTF-8 is logged as it came, and stands in the next snapshot with U+FFFD.
 */
function isSameAcl(a: readonly ACL[] | null, b: readonly ACL[] | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  return a.every(({ perms, id }, i) => {
    const other = b[i]!;
    return perms === other.perms && isSameText(id.scheme, other.id.scheme) && isSameText(id.id, other.id.id);
  });
}

function isSameText(a: RawText | null, b: RawText | null): boolean {
  return a === b || (a !== null && b !== null && decodedText(a) === decodedText(b));
}
