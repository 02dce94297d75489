// What to say where `--map` names a znode that is not there: most likely it is a typo.
import { UsageError } from '../errors.js';
import { displayText, type RawText } from '../jute/raw-text.js';
import type { PathMap } from '../tree/path-map.js';
import type { ZnodeSource } from './sources.js';

/** The error for a FROM that a tree, of which all was read, does not have. */
export function nothingToMap(from: RawText, { name, isComplete }: ZnodeSource): UsageError {
  const hint = isComplete ? 'look with: zoolog ls' : 'the source is damaged: see zoolog doctor';
  return new UsageError(
    `there is no znode ${from === '' ? '/' : displayText(from)} in ${name} to be mapped`,
    hint,
  );
}

/** @throws UsageError where a mapping names a znode that a tree does not have. */
export function refuseNothingToMap({ isIdentity, mappings }: PathMap, tree: ZnodeSource): void {
  if (isIdentity) return;
  for (const { from } of mappings) {
    if (from !== '' && tree.get(from) === null) throw nothingToMap(from, tree);
  }
}
