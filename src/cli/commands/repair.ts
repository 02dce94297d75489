// repair: what is left of a damaged directory as one fresh snapshot, at the last zxid up to which nothing is missing.

import type { OutputFolder } from '../../container/output-folder.js';
import type { ConvertOptions } from '../../convert/options.js';
import { UsageError } from '../../errors.js';
import { parseZxid } from '../../records/zxid.js';
import type { Against } from '../../source/against.js';
import type { SourceOptions } from '../../source/source-options.js';
import { PathMap } from '../../tree/path-map.js';
import { type Args, defineCommand } from '../command.js';
import { codecOf, fatesOf } from '../convert-args.js';
import { convertOptions } from '../convert-options.js';
import { type Made, makeFolder } from '../make-folder.js';
import { kindOption, outputOptions, sourcePositional, treeOptions } from '../options.js';
import type { Run } from '../run.js';

const { output, containers, ttl, codec, trailer, servers, force, format } = convertOptions;
const options = {
  output,
  for: convertOptions.for,
  reseal: {
    type: 'boolean',
    default: false,
    describe: 'Take txns whose checksum alone is wrong: they can be read, and follow the txn before',
  },
  fill: {
    type: 'boolean',
    default: false,
    describe: 'Pass over txns that are missing or cannot be read, and take those behind them',
  },
  against: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe:
      'The directory of another member, or NAME:DIR: what a majority does not have is dropped, and all from a fork on. May be repeated',
  },
  'missing-acls': convertOptions['missing-acls'],
  containers,
  ttl,
  codec,
  trailer,
  servers,
  'dry-run': convertOptions['dry-run'],
  force,
  format,
  quiet: outputOptions.quiet,
  ...kindOption,
  ...treeOptions,
} as const;

type RepairArgs = Args<typeof sourcePositional & typeof options>;

export const repair = defineCommand({
  usage: 'repair <source>',
  examples: [
    ['zoolog repair backup/zk1 -o sound --for 3.8', 'the newest tree up to which nothing is missing'],
    ['zoolog repair backup/zk1@0x50000002f -o sound --for 3.8', 'without the txns after that one'],
    ['zoolog repair backup/zk1 -o sound --for 3.8 --dry-run', 'what would be saved, and what is lost'],
    ['zoolog repair backup/zk1 -o sound --for 3.8 --reseal', 'with txns whose checksum alone is wrong'],
    ['zoolog repair backup/zk1 -o sound --for 3.8 --reseal --fill', 'and past those that are missing'],
    [
      'zoolog repair zk1 -o sound --for 3.8 --against zk2 --against zk3',
      'without what the members did not agree on; also: repair case.db#prod',
    ],
    ['zoolog repair backup/zk1 -o sound --for 3.8 --servers 1,2,3', 'for all members of the ensemble'],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'The newest sound snapshot and the txns after it become one fresh snapshot, with sessions, ephemerals and all, for ' +
    'the same cluster. A torn end of a log is cut off; behind a record that cannot be read nothing is kept, unless ' +
    '--reseal or --fill says so. The source stays as it is. Exit code 1: made, but txns that are there are lost, which ' +
    'is said; or not made, and why.',
  run: (args, context) => makeFolder(args, context, (run, folder) => mend(args, run, folder)),
});

async function mend(args: RepairArgs, run: Run, folder: OutputFolder | null): Promise<Made> {
  const [{ openTree, openTxnsAfter }, { openMendedTree }, { convert }, { lostTxns }] = await Promise.all([
    import('../../source/open.js'),
    import('../../source/mended-tree.js'),
    import('../../convert/convert.js'),
    import('../../convert/lost-txns.js'),
  ]);
  const wanted: ConvertOptions = {
    target: args.for,
    zxid: 'keep',
    codec: codecOf(args),
    include: [],
    exclude: [],
    acls: 'keep',
    ...fatesOf(args),
    keepSessions: true,
    keepConfig: true,
    trailer: args.trailer,
    emulate353: args.emulate353,
  };
  const { reseal, fill, servers = [] } = args;
  const against = args.against.length === 0 ? null : await besides(args, run);
  const source = against?.source ?? args.source;
  const options: SourceOptions =
    against === null
      ? run.sourceOptions
      : { ...run.sourceOptions, onNote: (text) => run.note(against.shown(text)) };
  try {
    const { tree, done, missing } =
      reseal || fill
        ? openMendedTree(source, { reseal, fill }, options)
        : { tree: openTree(source, options), done: [], missing: 0 };
    run.watch(tree);
    try {
      const made = convert([{ tree, map: new PathMap() }], wanted, folder, servers);
      const zxid = parseZxid(made.zxid);
      const history = openTxnsAfter(source, zxid, { ...options, allCopies: true, onNote: () => {} });
      if (history !== null) run.watch(history);
      try {
        const sources = made.sources.map((one) => ({
          ...one,
          source: against?.shown(one.source) ?? one.source,
        }));
        const lost = lostTxns(zxid, history, missing);
        const notes = [...done, ...made.notes].map((text) => against?.shown(text) ?? text);
        return { ...made, sources, notes, lost };
      } finally {
        history?.close();
      }
    } finally {
      tree.close();
    }
  } catch (error) {
    if (against === null || !(error instanceof UsageError)) throw error;
    throw new UsageError(against.shown(error.message), error.hint && against.shown(error.hint));
  } finally {
    against?.close();
  }
}

/** The directory beside those of the others. @throws UsageError for what does not go with it. */
async function besides({ source, against, reseal, fill, logDir }: RepairArgs, run: Run): Promise<Against> {
  const [wrong] = Object.entries({ reseal, fill, 'log-dir': logDir }).find(([, value]) => value) ?? [];
  if (wrong !== undefined) {
    const hint = 'mend each directory by itself first, or leave it out';
    throw new UsageError(`--${wrong} does not go with --against`, hint);
  }
  const { readAgainst } = await import('../../source/against.js');
  return readAgainst(source, against, run.sourceOptions);
}
