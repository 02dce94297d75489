// The SOURCE of a command, opened. The readers are loaded here and not with the command's options, so that --help
// and mistakes are answered without them.
import { shownPath } from '../analysis/paths.js';
import type { RawText } from '../jute/raw-text.js';
import type { TxnSource, ZnodeSource } from '../source/sources.js';
import type { Context } from './context.js';
import { type Run, type RunArgs, withTree, withTxns } from './run.js';

/** Opens the tree in a SOURCE, asks, closes it, and returns the exit code. */
export async function askTree(
  args: RunArgs & { readonly source: string },
  context: Context,
  ask: (tree: ZnodeSource, run: Run) => number,
): Promise<number> {
  const { openTree } = await import('../source/open.js');
  return withTree((options) => openTree(args.source, options), args, context, ask);
}

/**
 * Opens the trees in two SOURCEs, asks, closes them, and returns the exit code. `first` is said before anything that is
 * said of them, once they are open: what cannot be opened is answered with one line. With `areCompared` only what differs
 * strictly is asked of them.
 */
export async function askTrees(
  [source, target]: readonly [string, string],
  first: string,
  run: Run,
  ask: (a: ZnodeSource, b: ZnodeSource) => number | Promise<number>,
  { areCompared = false } = {},
): Promise<number> {
  const { openTree } = await import('../source/open.js');
  let held: string[] | null = [];
  const onNote = (text: string) => (held === null ? run.note(text) : void held.push(text));
  const open = (text: string, other: string) =>
    openTree(text, { ...run.sourceOptions, onNote, comparedWith: areCompared ? other : undefined });
  const a = open(source, target);
  try {
    const b = open(target, source);
    try {
      for (const text of [first, ...held]) run.note(text);
      held = null;
      for (const tree of [a, b]) run.watch(tree);
      const code = await ask(a, b);
      if (!a.isComplete || !b.isComplete) run.markIncomplete();
      return run.finish(code);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

/** Opens the history in a SOURCE, asks, closes it, and returns the exit code. */
export async function askTxns(
  args: RunArgs & { readonly source: string },
  context: Context,
  ask: (txns: TxnSource, run: Run) => number | Promise<number>,
): Promise<number> {
  const { openTxns } = await import('../source/open.js');
  return withTxns((options) => openTxns(args.source, options), args, context, ask);
}

/** What is said of a znode that a tree does not have. */
export function absent(znode: RawText, { isComplete, name }: ZnodeSource): string {
  const where = isComplete ? name : `what could be read of ${name}`;
  return `there is no znode ${shownPath(znode)} in ${where}`;
}

/** Says that a znode, below which something is asked for, is not there; true where it is not. */
export function isAbsent(znode: RawText, tree: ZnodeSource, run: Run): boolean {
  if (znode === '' || tree.get(znode) !== null) return false;
  const hint = znode.includes('*') ? `; a pattern is what "zoolog find --path" takes` : '';
  run.error(absent(znode, tree) + hint);
  return true;
}
