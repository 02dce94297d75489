// du: how much is where.
import { DU_ORDERS, type DuRow, du as duRows, largest } from '../../analysis/du.js';
import { type PatternRow, pathPatterns } from '../../analysis/path-patterns.js';
import { UsageError } from '../../errors.js';
import type { Column } from '../../render/rows.js';
import { wholeNumber } from '../coerce.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { lazily } from '../map.js';
import { askTree, isAbsent } from '../open-source.js';
import { outputOptions, subtreePositionals, treeOptions } from '../options.js';
import { treeFields } from '../run.js';

const duColumns: readonly Column<DuRow>[] = [
  { key: 'bytes', kind: 'number' },
  { key: 'znodes', kind: 'number' },
  { key: 'ownBytes', title: 'own bytes', kind: 'number' },
  { key: 'numChildren', title: 'children', kind: 'number' },
  { key: 'depth', kind: 'number', table: false },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text', table: false },
];

const patternColumns: readonly Column<PatternRow>[] = [
  { key: 'bytes', kind: 'number' },
  { key: 'znodes', kind: 'number' },
  { key: 'maxBytes', title: 'largest', kind: 'number' },
  { key: 'pattern', kind: 'text' },
  { key: 'largest', title: 'path of the largest', kind: 'text' },
];

export const du = defineCommand({
  usage: 'du <source> [znode]',
  examples: [
    ['zoolog du backup/zk1', 'the children of the root, each with all below it; the root last'],
    ['zoolog du backup/zk1 /kafka --max-depth 2', 'two levels below /kafka'],
    ['zoolog du backup/zk1 --top 20 --by ownBytes', 'the 20 largest znodes'],
    ['zoolog du backup/zk1 --top 20 --by numChildren', 'the 20 with most children'],
    ['zoolog du backup/zk1 --by-pattern', 'the shape of the tree on a page'],
  ],
  positionals: subtreePositionals,
  options: {
    'max-depth': {
      type: 'string',
      requiresArg: true,
      coerce: wholeNumber,
      describe: 'Levels below ZNODE that get a row (default 1; with --top all)',
    },
    top: {
      type: 'string',
      requiresArg: true,
      coerce: wholeNumber,
      describe: 'Only the N largest, largest first',
    },
    by: {
      type: 'string',
      choices: DU_ORDERS,
      default: 'bytes',
      describe:
        'What --top sorts by: of the subtree bytes or znodes, or of the znode alone ownBytes or numChildren',
    },
    'by-pattern': {
      type: 'boolean',
      default: false,
      describe: 'Count by path pattern: /kafka/brokers/topics/{}/partitions/{}/state',
    },
    ...outputOptions,
    ...treeOptions,
  },
  epilogue:
    'With --by-pattern a segment becomes {} where it is a number, a UUID or a hex id (of a sequential znode the ten ' +
    'digits), where it is one of more than ten siblings without children, and where it is one of more than ten ' +
    'siblings with children half of which have a child of the same name. Bytes are those of data.',
  run: (args, context) => {
    const { byPattern, top, maxDepth, by, znode } = args;
    if (byPattern && (top !== undefined || maxDepth !== undefined)) {
      throw new UsageError('--by-pattern goes with neither --top nor --max-depth', 'use --limit');
    }
    if (top === 0) throw new UsageError('--top 0 would show nothing', 'leave it out to see all');
    return askTree(args, context, (tree, run) => {
      if (isAbsent(znode, tree, run)) return EXIT.no;
      const isComplete = () => tree.isComplete;
      if (byPattern) {
        const rows = { columns: patternColumns, rows: lazily(() => pathPatterns(tree, znode)) };
        run.printWithEnvelope(rows, args, treeFields(tree), isComplete);
        return EXIT.ok;
      }
      const all = duRows(tree, znode, maxDepth ?? (top === undefined ? 1 : undefined));
      const rows = top === undefined ? all : lazily(() => largest(all, top, by));
      run.printWithEnvelope({ columns: duColumns, rows }, args, treeFields(tree), isComplete);
      return EXIT.ok;
    });
  },
});
