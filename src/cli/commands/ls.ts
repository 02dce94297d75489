// ls: a znode's children.
import { listBelow, pathsBelow } from '../../analysis/children.js';
import { shownPath } from '../../analysis/paths.js';
import { znodeRow } from '../../analysis/znode-row.js';
import type { RawText } from '../../jute/raw-text.js';
import type { ZnodeSource } from '../../source/sources.js';
import { znodePath } from '../coerce.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { printLines } from '../lines.js';
import { map } from '../map.js';
import { absent, askTree } from '../open-source.js';
import { outputOptions, sourcePositional, znodeOptions } from '../options.js';
import { shown } from '../rows/data-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { type OutputArgs, type Run, treeFields } from '../run.js';

export const ls = defineCommand({
  usage: 'ls <source> [znode]',
  examples: [
    ['zoolog ls backup/zk1', 'names of what is below the root'],
    ['zoolog ls backup/zk1 /kafka/brokers -l', 'with kind, size, children and times'],
    ['zoolog ls backup/zk1 / -R | wc -l', 'count all znodes but the root'],
    ['zoolog ls backup/zk1 /kafka --format ndjson', 'every field, for jq'],
  ],
  positionals: {
    ...sourcePositional,
    znode: { type: 'string', default: '/', coerce: znodePath, describe: 'Path of a znode' },
  },
  options: {
    long: {
      type: 'boolean',
      alias: 'l',
      default: false,
      describe: 'A table of kind, size, children and times',
    },
    recursive: {
      type: 'boolean',
      alias: 'R',
      default: false,
      describe: 'Everything below, with whole paths',
    },
    ...znodeOptions,
    ...outputOptions,
  },
  run: (args, context) =>
    askTree({ ...args, singles: !args.recursive }, context, (tree, run) => {
      const { data: mode, recursive, evidence, emulate353 } = args;
      const isLines = args.format === 'table' && !args.long && mode === undefined && !evidence;
      if (isLines && !recursive) return listNames(tree, args, run);
      const list = { recursive, numChildren: !isLines, data: mode !== undefined };
      const znodes = listBelow(tree, args.znode, list);
      if (znodes === null) {
        run.error(absent(args.znode, tree));
        // It may have stood where the snapshot could not be read: then this is an answer, of no rows.
        if (tree.isComplete || args.format !== 'json') return EXIT.no;
      }
      const rows = {
        columns: znodeColumns({ data: mode !== undefined, evidence }),
        rows: map(znodes ?? [], (znode) => shown(znodeRow(znode, { evidence, emulate353 }), mode ?? 'none')),
      };
      if (isLines) printLines(rows, ({ path }) => path, args, run);
      else run.printWithEnvelope(rows, args, treeFields(tree), () => tree.isComplete);
      return EXIT.ok;
    }),
});

/** Names alone, which are quicker to be had than all of each child. */
function listNames(tree: ZnodeSource, args: OutputArgs & { readonly znode: RawText }, run: Run): number {
  const paths = pathsBelow(tree, args.znode);
  if (paths === null) {
    run.error(absent(args.znode, tree));
    return EXIT.no;
  }
  printLines({ columns: [], rows: map(paths, shownPath) }, lastSegment, args, run);
  return EXIT.ok;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
