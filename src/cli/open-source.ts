// The SOURCE of a command, opened. The readers are loaded here and not with the command's options, so that --help
// and mistakes are answered without them.
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

/** Opens the history in a SOURCE, asks, closes it, and returns the exit code. */
export async function askTxns(
  args: RunArgs & { readonly source: string },
  context: Context,
  ask: (txns: TxnSource, run: Run) => number | Promise<number>,
): Promise<number> {
  const { openTxns } = await import('../source/open.js');
  return withTxns((options) => openTxns(args.source, options), args, context, ask);
}
