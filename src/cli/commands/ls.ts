// ls: a znode's children.
import { listBelow } from '../../analysis/children.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { znodePath } from '../coerce.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { printLines } from '../lines.js';
import { map } from '../map.js';
import { absent, askTree } from '../open-source.js';
import {
  dataOption,
  evidenceOption,
  kindOption,
  outputOptions,
  sourcePositional,
  treeOptions,
} from '../options.js';
import { shown } from '../rows/data-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { treeFields } from '../run.js';

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
    ...dataOption,
    ...evidenceOption,
    ...outputOptions,
    ...kindOption,
    ...treeOptions,
  },
  run: (args, context) =>
    askTree(args, context, (tree, run) => {
      const { data: mode, recursive, evidence, emulate353 } = args;
      const isLines = args.format === 'table' && !args.long && mode === undefined && !evidence;
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
      if (isLines) printLines(rows, ({ path }) => (recursive ? path : lastSegment(path)), args, run);
      else run.printWithEnvelope(rows, args, treeFields(tree), () => tree.isComplete);
      return EXIT.ok;
    }),
});

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
