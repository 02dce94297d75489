// compare: the trees of several servers at one zxid, znode by znode. Constant memory but for their sessions.
import type { RawText } from '../jute/raw-text.js';
import { formatHex } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import { compareCanonically } from '../source/canonical-key.js';
import type { ZnodeSource } from '../source/sources.js';
import { type DiffField, differingFields, diffRules, isEphemeral } from './diff-rules.js';
import { groupsOf, inStep } from './in-step.js';

/** Something that is not the same on all servers. Servers are places in the list that was given. */
export interface TreeFinding {
  /** `znode`: it differs, or some lack it. `session`: some lack it. `owner`: an ephemeral whose session a server lacks. */
  readonly kind: 'znode' | 'session' | 'owner';
  /** "" for a session. */
  readonly path: RawText | '';
  /** Of an ephemeral and of a session; else null. */
  readonly session: bigint | null;
  /** Servers that agree, those with the most first. Of an owner: those that lack its session. */
  readonly groups: readonly (readonly number[])[];
  /** Which group has none; null where all have it. */
  readonly absent: readonly number[] | null;
  /** What differs between those that have it. */
  readonly fields: readonly DiffField[];
}

/** Sums of a comparison of trees. */
export class TreeCounts {
  equal = 0;
  different = 0;
  /** Znodes by server. */
  readonly znodes: number[];

  constructor(servers: number) {
    this.znodes = Array.from({ length: servers }, () => 0);
  }
}

const RULES = diffRules({ mode: 'strict' });
const isSame = (a: Znode, b: Znode) => differingFields(a, b, RULES).length === 0;

/** What differs, sessions first; `counts` is filled on the way. */
export function* treeFindings(trees: readonly ZnodeSource[], counts: TreeCounts): Generator<TreeFinding> {
  const sessions = trees.map((tree) => new Set([...tree.sessions()].map(({ id }) => id)));
  yield* sessionFindings(sessions);
  const streams = trees.map((tree) => tree.znodes());
  for (const znodes of inStep(streams, (a, b) => compareCanonically(a.path, b.path))) {
    for (const [i, znode] of znodes.entries()) if (znode !== null) counts.znodes[i]!++;
    const groups = groupsOf(znodes, isSame);
    const owners = znodes.flatMap((znode) => (znode !== null && isEphemeral(znode, RULES) ? [znode] : []));
    if (groups.length === 1) counts.equal++;
    else {
      counts.different++;
      const absent = groups.find(([place]) => znodes[place!] === null) ?? null;
      const session = owners[0]?.stat.ephemeralOwner ?? null;
      const { path } = znodes.find((znode) => znode !== null)!;
      yield { kind: 'znode', path, session, groups, absent, fields: fieldsOf(znodes, groups) };
    }
    const lacking = znodes.flatMap((znode, i) =>
      znode !== null && isEphemeral(znode, RULES) && !sessions[i]!.has(znode.stat.ephemeralOwner) ? [i] : [],
    );
    const [first] = owners;
    if (lacking.length > 0 && first !== undefined) {
      const { path, stat } = first;
      yield {
        kind: 'owner',
        path,
        session: stat.ephemeralOwner,
        groups: [lacking],
        absent: null,
        fields: [],
      };
    }
  }
}

function* sessionFindings(sessions: readonly ReadonlySet<bigint>[]): Generator<TreeFinding> {
  const all = new Set(sessions.flatMap((own) => [...own]));
  for (const session of [...all].sort((a, b) => (formatHex(a) < formatHex(b) ? -1 : 1))) {
    const has = sessions.flatMap((own, i) => (own.has(session) ? [i] : []));
    if (has.length === sessions.length) continue;
    const absent = sessions.flatMap((own, i) => (own.has(session) ? [] : [i]));
    yield { kind: 'session', path: '', session, groups: byCount([has, absent]), absent, fields: [] };
  }
}

/** Most servers first; of as many, in their order. */
function byCount(groups: readonly (readonly number[])[]): (readonly number[])[] {
  return [...groups].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

/** Between the first of the groups that have the znode and the others. */
function fieldsOf(
  znodes: readonly (Znode | null)[],
  groups: readonly (readonly number[])[],
): readonly DiffField[] {
  const present = groups.map(([place]) => znodes[place!]).filter((znode) => znode !== null);
  const [first, ...others] = present as Znode[];
  const fields = new Set(others.flatMap((other) => differingFields(first!, other, RULES)));
  return [...fields];
}
