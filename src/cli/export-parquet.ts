// export --format parquet: a folder that is a dataset, whole or not at all.
import { basename, dirname } from 'node:path';
import { ops } from '../analysis/log-query.js';
import { type OpRow, opRow } from '../analysis/op-row.js';
import { type ZnodeRow, znodeRow } from '../analysis/znode-row.js';
import { checkFolder, OutputFolder } from '../container/output-folder.js';
import { ParquetDataset, partitionValue } from '../export/parquet-dataset.js';
import type { RawText } from '../jute/raw-text.js';
import { placesRead } from '../source/open.js';
import type { TxnRange } from '../source/sources.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { map } from './map.js';
import { askTree, askTxns, isAbsent } from './open-source.js';
import { opParquet, znodeParquet } from './rows/parquet-columns.js';
import { Run, type RunArgs } from './run.js';
import { version } from './version.js';

/** Values of the options that it needs. */
export interface ParquetArgs extends RunArgs {
  readonly source: string;
  readonly znode: RawText;
  readonly output: string;
  readonly force: boolean;
  readonly cluster?: string | undefined;
  readonly emulate353?: boolean | undefined;
}

/** Writes the tree (`range` is null), or the txns of a range. Returns the exit code. */
export async function exportParquet(
  args: ParquetArgs,
  context: Context,
  withData: boolean,
  range: TxnRange | null,
): Promise<number> {
  const { output, force, source, logDir } = args;
  const place = { force, inputs: placesRead(source, { logDir }) };
  checkFolder(output, place);
  const folder = new OutputFolder(output, place);
  try {
    let made = '';
    const tell = (what: string, { rows, files }: { rows: number; files: number }) => {
      made = `${output}: ${rows} ${what}, ${files} file${files === 1 ? '' : 's'}`;
    };
    const code =
      range === null
        ? await exportTree(args, context, folder, withData, tell)
        : await exportTxns(args, context, folder, withData, range, tell);
    const run = new Run(args, context);
    if (code === EXIT.ok) {
      folder.commit();
      run.note(made);
    } else run.error(`${output} is not made`);
    return code;
  } finally {
    folder.discard();
  }
}

type Tell = (what: string, dataset: { rows: number; files: number }) => void;

function exportTree(args: ParquetArgs, context: Context, folder: OutputFolder, data: boolean, tell: Tell) {
  return askTree({ ...args, takesAll: args.znode === '' }, context, (tree, run) => {
    const { znode: under, emulate353, cluster = clusterOf(args.source, tree.name) } = args;
    if (isAbsent(under, tree, run)) return EXIT.no;
    const dataset = new ParquetDataset<ZnodeRow>(folder, znodeParquet, `zoolog ${version()}`);
    const zxid = partitionValue(tree.zxid === null ? '' : `${tree.zxid}`);
    const partition = `trees/cluster=${partitionValue(cluster)}/zxid=${zxid}`;
    const znodes = map(tree.znodes({ under, data, numChildren: true }), (one) =>
      znodeRow(one, { emulate353 }),
    );
    for (const row of run.guarded({ columns: [], rows: znodes }, undefined).rows) dataset.add(partition, row);
    dataset.end(partition);
    tell('znodes', dataset);
    return EXIT.ok;
  });
}

function exportTxns(
  args: ParquetArgs,
  context: Context,
  folder: OutputFolder,
  data: boolean,
  range: TxnRange,
  tell: Tell,
) {
  return askTxns(args, context, (txns, run) => {
    const { cluster = clusterOf(args.source, txns.name) } = args;
    const dataset = new ParquetDataset<OpRow>(folder, opParquet, `zoolog ${version()}`);
    const at = `txns/cluster=${partitionValue(cluster)}`;
    const rows = map(ops(txns.txns(range), null), ({ logged, part }) => opRow(logged, part));
    for (const row of run.guarded({ columns: [], rows }, undefined).rows) {
      dataset.add(`${at}/day=${dayOf(row.time)}`, data ? row : { ...row, data: null });
    }
    dataset.end(`${at}/day=${partitionValue('')}`);
    tell('ops', dataset);
    return EXIT.ok;
  });
}

/** What a cluster is called where nobody says it: as in the index, else as the folder or file. */
function clusterOf(source: string, shownName: string): string {
  const inIndex = /#([^/\s]+)/.exec(shownName)?.[1];
  if (inIndex !== undefined) return inIndex;
  const path = source.replace(/[@#].*$/, '').replace(/\/+$/, '');
  return basename(basename(path) === 'version-2' ? dirname(path) : path) || 'cluster';
}

const DAY_MS = 86_400_000n;

/** The UTC day of a time in milliseconds; a time that no date can hold has none. */
function dayOf(time: bigint): string {
  const date = new Date(Number(time - (((time % DAY_MS) + DAY_MS) % DAY_MS)));
  return Number.isNaN(date.getTime()) ? partitionValue('') : date.toISOString().replace(/T.*/, '');
}
