// What canonical order makes plain: paths that occur twice are neighbours, and a parent is on a stack.
import { displayText, type RawText } from '../jute/raw-text.js';
import { type OnProblem, problem } from '../problems.js';
import type { PackedZnode } from './packed-znode.js';

/**
 * Passes on znodes that come in canonical order, of equal paths the last one, as a server keeps it. Reports
 * duplicates, and znodes (passed on all the same) whose parent did not come before them in the file; the one at
 * `top` needs none.
 */
export function* lineage(
  znodes: Iterable<PackedZnode>,
  top: RawText,
  file: string,
  onProblem: OnProblem,
): Generator<PackedZnode> {
  const ancestors = new Ancestors();
  let held: PackedZnode | null = null;
  for (const znode of znodes) {
    const { path, offset } = znode;
    if (held !== null && held.path === path) {
      const found = `${shown(path)} again; it stands at byte ${held.offset} too`;
      onProblem(problem('znode-duplicate', { file, offset, expected: 'each path once', found }));
    } else {
      if (held !== null) yield held;
      if (!ancestors.place(znode) && path !== top) {
        const expected = `its parent ${shown(path.slice(0, path.lastIndexOf('/')))} before it`;
        const where = `znode ${shown(path)}`;
        onProblem(problem('znode-orphan', { file, offset, expected, found: 'none', where }));
      }
    }
    held = znode;
  }
  if (held !== null) yield held;
}

/** The znode last placed, under its ancestors. */
class Ancestors {
  readonly #stack: { readonly path: RawText; readonly ordinal: number }[] = [];

  /** Adds the next znode in canonical order; false where its parent is not there or comes later in the file. */
  place({ path, ordinal }: PackedZnode): boolean {
    const stack = this.#stack;
    const parentLength = path.lastIndexOf('/');
    while (stack.length > 0 && stack.at(-1)!.path.length > parentLength) stack.pop();
    const above = stack.at(-1);
    stack.push({ path, ordinal });
    return above?.path.length === parentLength && path.startsWith(above.path) && above.ordinal < ordinal;
  }
}

function shown(path: string): string {
  return displayText(path as RawText) || '/';
}
