// export: everything, to be read by other programs.

import { ops } from '../../analysis/log-query.js';
import { opRow } from '../../analysis/op-row.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { UsageError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { intoFile } from '../into-file.js';
import { map } from '../map.js';
import { askTree, askTxns, isAbsent } from '../open-source.js';
import { outputOptions, rangeOf, rangeOptions, subtreePositionals, znodeOptions } from '../options.js';
import { shown } from '../rows/data-columns.js';
import { opColumns } from '../rows/op-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { historyFields, treeFields } from '../run.js';

const options = {
  what: {
    type: 'string',
    choices: ['tree', 'txns'],
    default: 'tree',
    describe: 'The znodes, or the transactions',
  },
  output: {
    type: 'string',
    alias: 'o',
    requiresArg: true,
    coerce: (typed: string | undefined) => (typed === '-' ? undefined : typed),
    describe: 'Write to this file, whole or not at all; - is stdout',
  },
  cluster: {
    type: 'string',
    requiresArg: true,
    describe:
      'With --format parquet: the name of the cluster (default: as in the index, else that of the folder)',
  },
  force: { type: 'boolean', default: false, describe: 'Where the file exists, rename it to NAME.old-TIME' },
  format: {
    type: 'string',
    choices: ['ndjson', 'json', 'csv', 'parquet', 'files', 'zkcli'],
    default: 'ndjson',
    describe: 'How rows are written; parquet and files make a folder, zkcli a script that creates the znodes',
  },
  order: {
    type: 'string',
    choices: ['canonical', 'file'],
    default: 'canonical',
    describe: 'Parents first and siblings by bytes, or as the snapshot has them, which needs no sorting',
  },
  ...rangeOptions,
  ...znodeOptions,
  quiet: outputOptions.quiet,
} as const;

export const exportCommand = defineCommand({
  usage: 'export <source> [znode]',
  examples: [
    ['zoolog export backup/zk1 > tree.ndjson', 'every znode with its data'],
    ['zoolog export backup/zk1 /kafka --format csv -o kafka.csv', 'a subtree, for a spreadsheet'],
    ['zoolog export backup/zk1 --what txns -o txns.ndjson', 'every transaction, one line an operation'],
    [
      'zoolog export case.db#prod --what txns --format parquet -o lake',
      'for DuckDB, ClickHouse, Spark: see docs/parquet.md',
    ],
    ['zoolog export backup/zk1 /kafka/config --format files -o config', 'a file a znode, for grep and diff'],
    ['zoolog export backup/zk1 /app --format zkcli > app.zkcli', 'then: zkCli.sh -server HOST < app.zkcli'],
    ['zoolog export backup/zk1 --order file | wc -l', 'fastest: without sorting'],
  ],
  positionals: subtreePositionals,
  options,
  epilogue:
    'With --output the file appears whole or not at all. Where the input is damaged, what could be read is in ' +
    'NAME.partial, and the exit code is 3.',
  run: async (args, context) => {
    const range = rangeOf(args);
    const isTree = args.what === 'tree';
    if (isTree && Object.keys(range).length > 0) {
      throw new UsageError(
        '--since, --until, --from and --to are about transactions',
        'add --what txns, or use find',
      );
    }
    if (!isTree && args.znode !== '') {
      throw new UsageError('transactions are exported whole', 'use log --subtree for those of a znode');
    }
    const { data = 'auto', evidence, emulate353, znode: under, order, format } = args;
    if (format === 'parquet' || format === 'files') {
      const { output } = args;
      if (output === undefined)
        throw new UsageError(`--format ${format} makes a folder`, 'name it: -o FOLDER');
      if (format === 'parquet') {
        const { exportParquet } = await import('../export-parquet.js');
        return exportParquet({ ...args, output }, context, data !== 'none', isTree ? null : range);
      }
      if (!isTree) throw new UsageError('--format files is for trees', 'use ndjson, json, csv or parquet');
      const { exportFiles } = await import('../export-files.js');
      return exportFiles({ ...args, output }, context);
    }
    if (format === 'zkcli') {
      if (!isTree) throw new UsageError('--format zkcli is for trees', 'use ndjson, json, csv or parquet');
      const { exportZkCli } = await import('../export-files.js');
      return intoFile(args, context, (to, keep) => exportZkCli(args, to, keep));
    }
    if (args.cluster !== undefined)
      throw new UsageError('--cluster is about --format parquet', 'leave it out');
    return intoFile(args, context, async (to) => {
      if (isTree) {
        return askTree({ ...args, takesAll: under === '' }, to, (tree, run) => {
          if (isAbsent(under, tree, run)) return EXIT.no;
          const znodes = tree.znodes({ under, order, data: data !== 'none', numChildren: true });
          const columns = znodeColumns({ data: true, evidence });
          const rows = map(znodes, (znode) => shown(znodeRow(znode, { evidence, emulate353 }), data));
          run.printWithEnvelope(
            { columns, rows },
            { ...args, format },
            treeFields(tree),
            () => tree.isComplete,
          );
          return EXIT.ok;
        });
      }
      if (format === 'ndjson') {
        const { printLogFiles } = await import('../log-files.js');
        const code = await printLogFiles(args, { ops: {}, range, data }, to);
        if (code !== null) return code;
      }
      return askTxns(args, to, (txns, run) => {
        const found = ops(txns.txns(range), null);
        const columns = opColumns({ data: true, evidence: true });
        const rows = map(found, ({ logged, part }) => shown(opRow(logged, part), data));
        run.printWithEnvelope(
          { columns, rows },
          { ...args, format },
          historyFields(txns),
          () => txns.isComplete,
        );
        return EXIT.ok;
      });
    });
  },
});
