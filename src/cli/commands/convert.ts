// convert: a tree made into a data directory that a server of any release line boots from.
import type { OutputFolder } from '../../container/output-folder.js';
import { UsageError } from '../../errors.js';
import { type Args, defineCommand } from '../command.js';
import { convertOptions, mapOf, optionsOf } from '../convert-options.js';
import { type Made, makeFolder } from '../make-folder.js';
import { sourcePositional } from '../options.js';
import type { Run } from '../run.js';

type ConvertCommandArgs = Args<typeof sourcePositional & typeof convertOptions>;

export const convertCommand = defineCommand({
  usage: 'convert <source>',
  examples: [
    ['zoolog convert backup/zk1 -o new --for 3.9', 'the newest tree, for a server with dataDir=new'],
    ['zoolog convert backup/zk1@0x50000002f -o new --for 3.9', 'as it was after that txn'],
    ['zoolog convert backup/zk1 -o new --for 3.9 --servers 1,2,3', 'for an ensemble: new/1, new/2, new/3'],
    ['zoolog convert backup/zk1 -o new --for 3.8 --map /=/prod', 'into a chroot; --map /prod=/ out of one'],
    ["zoolog convert backup/zk1 -o new --for 3.9 --exclude '/tmp/**' --dry-run", 'what would be in it'],
    ['zoolog convert backup/zk1 -o new --for 3.4 --containers persistent --ttl persistent', 'to an old line'],
    ['zoolog convert backup/zk1 -o new --for 3.9 --acl-map users.txt --zxid fresh', 'for other users, apart'],
  ],
  positionals: sourcePositional,
  options: convertOptions,
  epilogue:
    'Sessions and ephemerals are left out unless --keep-sessions. What was left out, altered or added is in ' +
    'manifest.json by reason, and in changes.ndjson. Exit code: 1 where the release cannot hold what is there, which ' +
    'is named; then nothing is written.',
  run: (args, context) => makeFolder(args, context, (run, folder) => make(args, run, folder)),
});

async function make(args: ConvertCommandArgs, run: Run, folder: OutputFolder | null): Promise<Made> {
  const wanted = optionsOf(args);
  const map = mapOf(args);
  const { source, servers = [] } = args;
  if (args.verbatim) {
    if (!map.isIdentity || args.include.length + args.exclude.length > 0 || wanted.acls !== 'keep') {
      throw new UsageError('--verbatim changes nothing', 'leave it out, or what is to be changed');
    }
    return makeVerbatim(args, run, folder);
  }
  const [{ openTree }, { convert }] = await Promise.all([
    import('../../source/open.js'),
    import('../../convert/convert.js'),
  ]);
  const tree = openTree(source, run.sourceOptions);
  run.watch(tree);
  try {
    return convert([{ tree, map }], wanted, folder, servers);
  } finally {
    tree.close();
  }
}

async function makeVerbatim(args: ConvertCommandArgs, run: Run, folder: OutputFolder | null): Promise<Made> {
  const [{ findSnapshotFile }, { openSnapshot }, { verbatim }] = await Promise.all([
    import('../../source/snapshot-file.js'),
    import('../../snapshot/read-snapshot.js'),
    import('../../convert/verbatim.js'),
  ]);
  const file = findSnapshotFile(args.source, run.sourceOptions);
  try {
    const reader = openSnapshot(file.path, (problem) => run.report(problem));
    try {
      return verbatim(file, reader, optionsOf(args), folder, args.servers ?? []);
    } finally {
      reader.close();
    }
  } finally {
    file.close();
  }
}
