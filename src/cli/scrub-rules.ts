// Patterns of scrub that fit nothing.
import type { Scrubber } from '../convert/scrubber.js';
import { UsageError } from '../errors.js';

/**
 * To be asked when all was scrubbed, before it is published: a pattern that was mistyped would leave names in the copy
 * that are not meant to be there, or hide those that are.
 * @throws UsageError where one fits nothing.
 */
export function refuseUnused(
  scrubber: Scrubber,
  { keep, replace }: { readonly keep: readonly string[]; readonly replace: readonly string[] },
): void {
  const unused = new Set(scrubber.unused);
  const typed = [['--keep', keep] as const, ['--replace', replace] as const];
  for (const [option, patterns] of typed) {
    const wrong = patterns.find((pattern) => unused.has(pattern));
    if (wrong === undefined) continue;
    throw new UsageError(`${option} ${wrong} fits no name`, 'look with: zoolog find; nothing was made');
  }
}
