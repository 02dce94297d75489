// index: servers and clusters in one file. The library side is src/store.
import { UsageError } from '../../errors.js';
import { checkPlace } from '../../export/output-file.js';
import { refuseInputs } from '../../output-place.js';
import { parseZxid } from '../../records/zxid.js';
import { escapeForTerminal } from '../../render/escape.js';
import { formatDuration } from '../../render/human.js';
import type { BuildOptions, BuildSummary } from '../../store/build-index.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { directoryOptions, outputOptions } from '../options.js';
import { Run } from '../run.js';

export const index = defineCommand({
  usage: 'index <input...>',
  examples: [
    ['zoolog index -o case.db backup/', 'a cluster named backup, of one server or of those in the folder'],
    ['zoolog index -o case.db prod=zk1/,zk2/,zk3/ staging=old.tar.gz', 'two clusters with names'],
    ['zoolog index -o case.db prod=a:zk1/,b:zk2/', 'and servers with names'],
  ],
  positionals: {
    input: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'CLUSTER=DIR,DIR or DIR; a server is NAME:DIR, or the last telling part of its path',
    },
  },
  options: {
    output: { type: 'string', alias: 'o', requiresArg: true, demandOption: true, describe: 'The index file' },
    snapshots: {
      type: 'string',
      requiresArg: true,
      default: 'newest' as const,
      coerce: snapshotChoice,
      describe: 'Which snapshots with their znodes: newest (sound) of each server, all, or zxids with commas',
    },
    // yargs reads --no-data as data=false.
    data: {
      type: 'boolean',
      default: true,
      describe: 'Keep the data of znodes and txns; --no-data leaves it out',
    },
    hash: { type: 'boolean', default: false, describe: 'Record the SHA-256 of every input' },
    quiet: outputOptions.quiet,
    ...directoryOptions,
  },
  epilogue:
    'The same command again adds what is new, reads again what changed, and marks what is gone. The index is made ' +
    'beside its place and renamed when it is whole. Exit code 1: made, but something could not be read.',
  run: async (args, context) => {
    checkPlace(args.output);
    const [{ openIndexInputs }, { buildIndex }] = await Promise.all([
      import('../../source/index-inputs.js'),
      import('../../store/build-index.js'),
    ]);
    const run = new Run(args, context);
    const { sourceOptions: options } = run;
    const inputs = openIndexInputs(args.input, options);
    const start = Date.now();
    try {
      refuseInputs(args.output, inputs.places);
      const summary = buildIndex(args.output, inputs.clusters, {
        withoutData: !args.data,
        snapshots: args.snapshots,
        hash: args.hash,
        onProblem: options.onProblem,
        onNote: options.onNote,
        onProgress: (done, total) => options.onProgress?.('indexing', done, total),
      });
      run.finish(EXIT.ok);
      const { badFiles } = summary;
      const took = formatDuration((Date.now() - start) / 1000);
      context.stdout.write(`${escapeForTerminal(args.output)}: ${countsText(summary)} in ${took}\n`);
      if (badFiles > 0) {
        run.error(
          `${many(badFiles, 'file')} could not be read whole: zoolog sql ${args.output} "SELECT * FROM problem"`,
        );
      }
      return badFiles > 0 ? EXIT.no : EXIT.ok;
    } finally {
      run.clear();
      inputs.close();
    }
  },
});

/** What the index holds, and what of it is new. */
function countsText({ clusters, servers, znodes, txns, newTxns, isNew, files }: BuildSummary): string {
  const counts = [
    many(clusters, 'cluster'),
    many(servers, 'server'),
    many(znodes, 'znode'),
    many(txns, 'txn') + (isNew || newTxns < 0 ? '' : ` (${newTxns} new)`),
  ].join(', ');
  if (isNew) return `${counts}, ${many(files.added, 'file')} read`;
  const { added, grown, readAgain, unchanged, gone } = files;
  const fates = Object.entries({ unchanged, grown, new: added, 'read again': readAgain, gone })
    .filter(([, count]) => count > 0)
    .map(([fate, count]) => `${count} ${fate}`);
  return `${counts}; ${many(unchanged + grown + added + readAgain, 'file')}: ${fates.join(', ')}`;
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function snapshotChoice(text: string): NonNullable<BuildOptions['snapshots']> {
  if (text === 'newest' || text === 'all') return text;
  const zxids = text.split(',').filter((part) => part !== '');
  if (zxids.length === 0) throw new UsageError('names none', 'type newest, all, or zxids with commas');
  return zxids.map(parseZxid);
}
