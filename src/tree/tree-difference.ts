// What one replay made otherwise than another of the same base.
import type { RawText } from '../jute/raw-text.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { formatZxid } from '../records/zxid.js';
import type { Overlay } from './overlay.js';

/** Znodes that differ. */
export interface TreeDifference {
  readonly znodes: number;
  /** The first of them, and how each differs: `cversion 5 instead of 7`. */
  readonly examples: readonly { readonly path: RawText; readonly what: string }[];
}

const EXAMPLES = 20;
const NUMBERS = ['version', 'cversion', 'aversion'] as const;
const ZXIDS = ['czxid', 'mzxid', 'pzxid'] as const;

/** Compares stats, and which znodes there are. */
export function treeDifference(found: Overlay, expected: Overlay): TreeDifference {
  const examples: { path: RawText; what: string }[] = [];
  let znodes = 0;
  for (const path of new Set([...found.changed(), ...expected.changed()])) {
    const what = differenceOf(statOf(path, found, expected), statOf(path, expected, found));
    if (what === null) continue;
    znodes++;
    if (examples.length < EXAMPLES) examples.push({ path, what });
  }
  return { znodes, examples };
}

/** Undefined for one that is as it was in the base. */
type Stat = StatPersisted | null | undefined;

/** What only the txns of the other replay name is as in the base, and that one knows whether it was there. */
function statOf(path: RawText, overlay: Overlay, other: Overlay): Stat {
  const stat = overlay.statAt(path);
  return stat === undefined && !other.isInBase(path) ? null : stat;
}

function differenceOf(found: Stat, expected: Stat): string | null {
  if (found === undefined) return expected === null ? 'is there, and should not be' : 'lacks a change';
  if (expected === undefined) return found === null ? 'is not there' : 'has a change too many';
  if (found === null || expected === null) {
    if (found === expected) return null;
    return found === null ? 'is not there' : 'is there, and should not be';
  }
  const parts: string[] = [];
  for (const key of NUMBERS) {
    if (found[key] !== expected[key]) parts.push(`${key} ${found[key]} instead of ${expected[key]}`);
  }
  for (const key of ZXIDS) {
    if (found[key] !== expected[key]) {
      parts.push(`${key} ${formatZxid(found[key])} instead of ${formatZxid(expected[key])}`);
    }
  }
  return parts.length === 0 ? null : parts.join(', ');
}
