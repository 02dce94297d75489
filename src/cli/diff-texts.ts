// What diff says of itself: what counts, and what came of it.
import { type DiffOptions, ZOOKEEPER } from '../analysis/diff.js';
import { diffRules } from '../analysis/diff-rules.js';
import { isAtOrBelow, shownPath } from '../analysis/paths.js';
import type { DiffOutcome } from './diff-outcome.js';

/** The mode in force: the first thing said. */
export function modeText({ rules: { mode, classes }, map, under }: DiffOptions): string {
  const usual = diffRules({ mode }).classes;
  const isUsual = usual.size === classes.size && [...usual].every((one) => classes.has(one));
  const what =
    mode === 'strict'
      ? 'every stored field'
      : `data, ACLs, kinds and sequence numbers; ephemerals${isAtOrBelow(under, ZOOKEEPER) ? '' : ' and /zookeeper'} apart`;
  const counted = isUsual ? what : `only ${[...classes].join(', ')}`;
  const where = under === '' ? '' : `, at and below ${shownPath(under)}`;
  const mapped = map.isIdentity ? '' : `, A mapped by ${map.text}`;
  return `compared ${mode === 'strict' ? 'strictly' : 'as a migrated copy'}: ${counted}${where}${mapped}`;
}

/** Numbers for the json envelope; null where a limit ended the rows. */
export function summaryFields({ counts, moved, isWhole }: DiffOutcome) {
  if (!isWhole) return null;
  const { a, b, equal, added, removed, changed, ephemeralsOfA, ephemeralsOfB, zookeeper } = counts;
  const apart = { ephemeralsOfA, ephemeralsOfB, zookeeper };
  return { znodesOfA: a, znodesOfB: b, equal, added, removed, changed, moved: moved?.length ?? null, apart };
}

/** The same as a line. */
export function summaryText({ counts, moved, options }: DiffOutcome): string {
  const { equal, added, removed, changed, ephemeralsOfA, ephemeralsOfB, zookeeper } = counts;
  const parts = [`${added} added, ${removed} removed, ${changed} changed, ${equal} equal`];
  if (moved === null) parts.push('too many to look for moved subtrees');
  else if (moved !== undefined && moved.length > 0) parts.push(`${moved.length} moved`);
  if (options.rules.mode === 'migrated') {
    parts.push(
      `apart: ephemerals ${ephemeralsOfA} of A and ${ephemeralsOfB} of B, ${zookeeper} in /zookeeper`,
    );
  }
  return parts.join('; ');
}
