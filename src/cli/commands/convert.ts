// convert: a tree made into a data directory that a server of any release line boots from.
import type { OutputFolder } from '../../container/output-folder.js';
import type { ConvertInput } from '../../convert/options.js';
import { MOST_SOURCES } from '../../convert/row.js';
import { UsageError } from '../../errors.js';
import { type Args, defineCommand } from '../command.js';
import { mapsOf, optionsOf } from '../convert-args.js';
import { convertOptions } from '../convert-options.js';
import { type Made, makeFolder } from '../make-folder.js';
import type { Run } from '../run.js';

const positionals = {
  source: {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'Trees: snapshot, dataDir or version-2, folder of servers, tar, index, or an export as ndjson',
  },
} as const;

type ConvertCommandArgs = Args<typeof positionals & typeof convertOptions>;

export const convertCommand = defineCommand({
  usage: 'convert <source...>',
  examples: [
    ['zoolog convert backup/zk1 -o new --for 3.9', 'the newest tree, for a server with dataDir=new'],
    ['zoolog convert backup/zk1@0x50000002f -o new --for 3.9', 'as it was after that txn'],
    ['zoolog convert backup/zk1 -o new --for 3.9 --servers 1,2,3', 'for an ensemble: new/1, new/2, new/3'],
    ['zoolog convert backup/zk1 -o new --for 3.8 --map /=/prod', 'into a chroot; --map /prod=/ out of one'],
    ["zoolog convert backup/zk1 -o new --for 3.9 --exclude '/tmp/**' --dry-run", 'what would be in it'],
    ['zoolog convert a/zk1 b/zk1 -o new --for 3.9 --into /a --into /b', 'two clusters in one tree'],
    [
      'zoolog convert backup/zk1 lost.ndjson -o new --for 3.9',
      'with a subtree that was exported from an older one',
    ],
    ['zoolog convert backup/zk1 -o new --for 3.4 --containers persistent --ttl persistent', 'to an old line'],
    ['zoolog convert backup/zk1 -o new --for 3.9 --acl-map users.txt --zxid fresh', 'for other users, apart'],
  ],
  positionals,
  options: convertOptions,
  epilogue:
    'Sessions and ephemerals are left out unless --keep-sessions. What was left out, altered or added is in ' +
    'manifest.json by reason, and in changes.ndjson. Exit code: 1 where the release cannot hold what is there, which ' +
    'is named; then nothing is written.',
  run: (args, context) => makeFolder(args, context, (run, folder) => make(args, run, folder)),
});

async function make(args: ConvertCommandArgs, run: Run, folder: OutputFolder | null): Promise<Made> {
  const wanted = optionsOf(args);
  const maps = mapsOf(args);
  const { source: sources, servers = [] } = args;
  if (args.verbatim) {
    const isPlain = maps.every(({ isIdentity }) => isIdentity) && wanted.acls === 'keep';
    if (sources.length > 1 || !isPlain || args.include.length + args.exclude.length > 0) {
      throw new UsageError('--verbatim changes nothing', 'leave it out, or what is to be changed');
    }
    return makeVerbatim(sources[0]!, args, run, folder);
  }
  if (sources.length > 1) checkMerge(args);
  const [{ openTree }, { convert }] = await Promise.all([
    import('../../source/open.js'),
    import('../../convert/convert.js'),
  ]);
  const inputs: ConvertInput[] = [];
  try {
    for (const [i, source] of sources.entries()) {
      const tree = openTree(source, run.sourceOptions);
      inputs.push({ tree, map: maps[i]! });
      run.watch(tree);
    }
    return convert(inputs, wanted, folder, servers);
  } finally {
    for (const { tree } of inputs) tree.close();
  }
}

/** @throws UsageError for what cannot be done with several trees. */
function checkMerge({ source, keepSessions, logDir }: ConvertCommandArgs): void {
  if (source.length > MOST_SOURCES) {
    throw new UsageError(`${source.length} SOURCEs are too many`, `merge up to ${MOST_SOURCES} at a time`);
  }
  if (keepSessions) {
    throw new UsageError('sessions of several clusters do not go together', 'leave out --keep-sessions');
  }
  if (logDir !== undefined) {
    throw new UsageError('--log-dir is of one directory', 'name the zoo.cfg of each as its SOURCE');
  }
}

async function makeVerbatim(
  source: string,
  args: ConvertCommandArgs,
  run: Run,
  folder: OutputFolder | null,
): Promise<Made> {
  const [{ openWholeSnapshot }, { verbatim }] = await Promise.all([
    import('../../source/whole-snapshot.js'),
    import('../../convert/verbatim.js'),
  ]);
  const snapshot = openWholeSnapshot(source, run.sourceOptions);
  try {
    return verbatim(snapshot, optionsOf(args), folder, args.servers ?? []);
  } finally {
    snapshot.close();
  }
}
