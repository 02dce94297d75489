// A tree against the proof of another: which subtrees are the same, and which counters are behind.
import type { RawText } from '../jute/raw-text.js';
import { compareCanonically } from '../source/canonical-key.js';
import type { TreeProof } from './tree-proof.js';

/** A subtree in an original and in its copy. */
export interface SubtreePair {
  readonly path: RawText;
  readonly verdict: 'equal' | 'changed' | 'missing' | 'extra';
  /** SHA-256 as hex, and znodes; null where a side has no such subtree. */
  readonly original: Side | null;
  readonly copy: Side | null;
}

interface Side {
  readonly sha256: string;
  readonly znodes: number;
  readonly bytes: number;
}

/** A sequence counter of a copy that is lower than that of its original; 0 also where the copy has no such znode. */
export interface LowCounter {
  readonly path: RawText;
  readonly original: number;
  readonly copy: number;
}

/** The subtrees of both, in canonical order. */
export function pairSubtrees(original: TreeProof, copy: TreeProof): SubtreePair[] {
  const ofCopy = new Map(copy.subtrees.map((one) => [one.path, side(one)]));
  const ofOriginal = new Map(original.subtrees.map((one) => [one.path, side(one)]));
  const paths = [...new Set([...ofOriginal.keys(), ...ofCopy.keys()])].sort(compareCanonically);
  return paths.map((path) => {
    const [was, is] = [ofOriginal.get(path) ?? null, ofCopy.get(path) ?? null];
    const isEqual = was?.sha256 === is?.sha256;
    const verdict = is === null ? 'missing' : was === null ? 'extra' : isEqual ? 'equal' : 'changed';
    return { path, verdict, original: was, copy: is };
  });
}

/** Counters of the copy that would give out numbers again. */
export function lowCounters(original: TreeProof, copy: TreeProof): LowCounter[] {
  const ofCopy = new Map(copy.counters.map(({ path, cversion }) => [path, cversion]));
  return original.counters.flatMap(({ path, cversion }) => {
    const is = ofCopy.get(path) ?? 0;
    return is < cversion ? [{ path, original: cversion, copy: is }] : [];
  });
}

function side({ hash, znodes, bytes }: TreeProof['subtrees'][number]): Side {
  return { sha256: Buffer.from(hash, 'latin1').toString('hex'), znodes, bytes };
}
