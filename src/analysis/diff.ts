// Two trees compared: both in canonical order, side by side. Constant memory, every byte compared.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import { compareCanonically } from '../source/canonical-key.js';
import type { ZnodeSource } from '../source/sources.js';
import type { PathMap } from '../tree/path-map.js';
import { type DiffField, type DiffRules, differingFields, isEphemeral } from './diff-rules.js';
import { inStep } from './in-step.js';
import { coveredZnodes, type MappedZnode, mappedZnodes } from './mapped-znodes.js';
import { isAtOrBelow } from './paths.js';
import { SequentialParents } from './sequential-parents.js';

/** A znode in which two trees differ. */
export interface Difference {
  readonly change: 'added' | 'removed' | 'changed';
  /** As `b` has it, or would. */
  readonly path: RawText;
  /** Null for an added one. Its own path is the one before mapping. */
  readonly a: Znode | null;
  /** Null for a removed one. */
  readonly b: Znode | null;
  /** What differs in one that is changed; empty for others. */
  readonly fields: readonly DiffField[];
  /**
   * Where a migrated copy is behind in the sequence numbers it gives out: `critical` if the original has children
   * with such numbers, which would come to be given out again. Null otherwise.
   */
  readonly counter: 'critical' | 'behind' | null;
}

/** What was compared, and what was set apart. */
export class DiffCounts {
  /** Znodes read of each side, those apart included. */
  a = 0;
  b = 0;
  equal = 0;
  added = 0;
  removed = 0;
  changed = 0;
  /** Ephemerals of each side, which were not compared. */
  ephemeralsOfA = 0;
  ephemeralsOfB = 0;
  /** Znodes of /zookeeper in both sides together, which were not compared. */
  zookeeper = 0;
  /** Pairs of which an index holds no data, so that lengths were compared. */
  lengthsOnly = 0;

  /** Adds the numbers of another, or with -1 takes them away. */
  add(more: DiffCounts, sign: 1 | -1 = 1): void {
    this.a += sign * more.a;
    this.b += sign * more.b;
    this.equal += sign * more.equal;
    this.added += sign * more.added;
    this.removed += sign * more.removed;
    this.changed += sign * more.changed;
    this.ephemeralsOfA += sign * more.ephemeralsOfA;
    this.ephemeralsOfB += sign * more.ephemeralsOfB;
    this.zookeeper += sign * more.zookeeper;
    this.lengthsOnly += sign * more.lengthsOnly;
  }

  get differences(): number {
    return this.added + this.removed + this.changed;
  }
}

/** What is compared. */
export interface DiffOptions {
  readonly rules: DiffRules;
  /** From the paths of `a` to those of `b`. */
  readonly map: PathMap;
  /** Path of `b` at and below which is compared. */
  readonly under: RawText;
  /** Where it is known which znodes can differ: their places (`ZnodeOptions.places`) or paths. Others are not looked at. */
  readonly some?:
    | { readonly ofA?: Uint8Array; readonly ofB?: Uint8Array; readonly paths?: ReadonlySet<RawText> }
    | undefined;
  /** Takes every pair that is compared, equal ones too; null where a side has no such znode. */
  readonly onPair?: ((a: MappedZnode | null, b: MappedZnode | null) => void) | undefined;
}

/** The server's own znodes lie here. */
export const ZOOKEEPER = '/zookeeper' as RawText;

/**
 * The differences from `a` to `b` in canonical order; `counts` is filled on the way.
 * @throws UsageError where mapped paths clash.
 */
export function* differences(
  a: ZnodeSource,
  b: ZnodeSource,
  { rules, map, under, some, onPair }: DiffOptions,
  counts: DiffCounts,
): Generator<Difference> {
  const wishA = { under, data: true, places: some?.ofA, paths: some?.paths };
  const wishB = { under, data: true, places: some?.ofB, paths: some?.paths };
  const sequential = new SequentialParents(a);
  const isApart = setApart(rules, under, counts);
  const sides = [mappedZnodes(a, map, wishA), coveredZnodes(b, map, wishB)];
  for (const [left, right] of inStep(sides, byPath) as Iterable<Pair>) {
    if (left !== null) counts.a++;
    if (right !== null) counts.b++;
    if (isApart(left, right)) continue;
    onPair?.(left, right);
    const { path } = (left ?? right)!;
    const change = left === null ? 'added' : right === null ? 'removed' : 'changed';
    if (left !== null && right !== null) {
      if (rules.classes.has('data') && (left.znode.data === undefined || right.znode.data === undefined))
        counts.lengthsOnly++;
      const fields = differingFields(left.znode, right.znode, rules);
      if (fields.length === 0) {
        counts.equal++;
        continue;
      }
      const isBehind = rules.mode === 'migrated' && fields.includes('cversion');
      const counter = !isBehind ? null : sequential.has(left.znode.path) ? 'critical' : 'behind';
      counts.changed++;
      yield { change, path, a: left.znode, b: right.znode, fields, counter };
    } else if (rules.classes.has(change as 'added' | 'removed')) {
      counts[change]++;
      yield { change, path, a: left?.znode ?? null, b: right?.znode ?? null, fields: [], counter: null };
    }
  }
}

const byPath = (a: MappedZnode, b: MappedZnode) => compareCanonically(a.path, b.path);

type Pair = readonly [a: MappedZnode | null, b: MappedZnode | null];

/** True, and counted, for what a migrated copy need not have. */
function setApart(rules: DiffRules, under: RawText, counts: DiffCounts): (...pair: Pair) => boolean {
  if (rules.mode === 'strict') return () => false;
  const isAsked = isAtOrBelow(under, ZOOKEEPER);
  return (a, b) => {
    if (!isAsked && isAtOrBelow((a ?? b)!.path, ZOOKEEPER)) {
      counts.zookeeper += a === null || b === null ? 1 : 2;
      return true;
    }
    // One that is no ephemeral on the other side is of another kind, and that is a difference.
    for (const side of [a, b]) if (side !== null && !isEphemeral(side.znode, rules)) return false;
    if (a !== null) counts.ephemeralsOfA++;
    if (b !== null) counts.ephemeralsOfB++;
    return true;
  };
}
