// convert: a tree made into a data directory that a server of any release line boots from.
import type { Manifest } from '../../convert/manifest.js';
import type { OutputFolder } from '../../convert/output-folder.js';
import { ConvertRefused } from '../../convert/refusals.js';
import { UsageError } from '../../errors.js';
import { type Args, defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { convertOptions, mapOf, optionsOf } from '../convert-options.js';
import { manifestText } from '../convert-text.js';
import { EXIT } from '../exit-codes.js';
import { sourcePositional } from '../options.js';
import { Run } from '../run.js';
import { version } from '../version.js';

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
  run: async (args, context) => {
    const [{ placesRead }, { checkFolder, OutputFolder }] = await Promise.all([
      import('../../source/open.js'),
      import('../../convert/output-folder.js'),
    ]);
    const { source, logDir, output, force } = args;
    const place = { force, inputs: placesRead(source, { logDir }) };
    checkFolder(output, place);
    const run = new Run(args, context);
    const folder = args.dryRun ? null : new OutputFolder(output, place);
    try {
      const manifest = { tool: `zoolog ${version()}`, ...(await make(args, run, folder)) };
      const old = folder === null ? null : publish(folder, manifest);
      run.finish(EXIT.ok);
      say(manifest, args, old, context);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ConvertRefused)) throw error;
      run.finish(EXIT.ok);
      for (const line of error.lines) run.error(line);
      run.error(`${output} is not made`);
      return EXIT.no;
    } finally {
      folder?.discard();
    }
  },
});

type Made = Omit<Manifest, 'tool'>;

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

/** Writes the manifest and puts the folder in its place. Returns what the old one is called now. */
function publish(folder: OutputFolder, manifest: Manifest): string | null {
  const file = folder.file('manifest.json');
  file.write(Buffer.from(jsonText(manifest)));
  file.end();
  return folder.commit();
}

interface SayArgs {
  readonly format: string;
  readonly output: string;
}

function say(manifest: Manifest, { format, output }: SayArgs, old: string | null, { stdout }: Context): void {
  stdout.write(format === 'json' ? jsonText(manifest) : manifestText(manifest, output, old));
  stdout.flush();
}

function jsonText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
