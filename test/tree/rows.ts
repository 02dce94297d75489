// A replayed tree in the form in which plain-tree.ts gives its own.

import type { Overlay } from '../../src/tree/overlay.js';
import type { ReplayInput } from '../../src/tree/replay.js';
import { treeZnodes } from '../../src/tree/tree-at.js';
import { aclText, rowOf } from './plain-tree.js';

/** A line for each znode, sorted; checks that parents come first and no path twice. */
export function rowsOf(input: ReplayInput, overlay: Overlay): string[] {
  const rows: string[] = [];
  const seen = new Set<string>();
  for (const { path, data, acl, stat } of treeZnodes(input, overlay)) {
    if (seen.has(path)) throw new Error(`${path} comes twice`);
    if (path !== '' && !seen.has(path.slice(0, path.lastIndexOf('/')))) {
      throw new Error(`${path} comes before its parent`);
    }
    seen.add(path);
    const { ephemeralOwner: owner, ...rest } = stat;
    const text = data == null ? null : data.toString('latin1');
    rows.push(rowOf(path, { ...rest, owner, data: text, acl: acl && aclText(acl) }));
  }
  return rows.sort();
}
