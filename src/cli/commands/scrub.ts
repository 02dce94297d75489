// scrub: a copy that can be shown to others.
import { existsSync } from 'node:fs';
import type { OutputFolder } from '../../container/output-folder.js';
import { type ScrubManifest, scrubberOf } from '../../convert/scrub.js';
import { UsageError } from '../../errors.js';
import { jsonNested } from '../../render/json-value.js';
import { type Args, defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { outputOptions, sourcePositional, treeOptions } from '../options.js';
import { Run } from '../run.js';
import { scrubKey } from '../scrub-key.js';
import { refuseUnused } from '../scrub-rules.js';
import { scrubText } from '../scrub-text.js';
import { version } from '../version.js';

const OUTPUT = 'Output:';

const options = {
  output: {
    type: 'string',
    alias: 'o',
    demandOption: true,
    group: OUTPUT,
    describe: 'The folder to make, or with --as ndjson the file; whole or not at all',
  },
  as: {
    type: 'string',
    choices: ['directory', 'ndjson'],
    default: 'directory',
    group: OUTPUT,
    describe: 'Snapshots and logs as servers have them, or the tree alone, a znode a line',
  },
  'key-file': {
    type: 'string',
    requiresArg: true,
    describe:
      'The key that names are made with, the same for all files of one case; made where it is not there (default: one that is not kept)',
  },
  keep: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe:
      'Path pattern: the names of znodes that fit stay, and those that it begins with. May be repeated',
  },
  replace: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Path pattern: only the names of znodes that fit are replaced (default: all). May be repeated',
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Say what would be made, and write nothing',
  },
  force: {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Where there is one already, rename it to NAME.old-TIME',
  },
  format: {
    type: 'string',
    choices: ['text', 'json'],
    default: 'text',
    group: OUTPUT,
    describe: 'How what was made is told',
  },
  quiet: outputOptions.quiet,
  ...treeOptions,
} as const;

type ScrubArgs = Args<typeof sourcePositional & typeof options>;

export const scrub = defineCommand({
  usage: 'scrub <source>',
  examples: [
    ['zoolog scrub backup/zk1 -o shared', 'one server, with a key that nobody has afterwards'],
    [
      'zoolog scrub backup -o shared --key-file case.key',
      'all servers of a folder, comparable with each other',
    ],
    ["zoolog scrub backup/zk1 -o shared --keep '/kafka/**'", 'with the names below /kafka'],
    ["zoolog scrub backup/zk1 -o shared --replace '/tenants/*'", 'with all names but those of the tenants'],
    ['zoolog scrub case.db#prod -o tree.ndjson --as ndjson', 'a tree alone'],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'Replaced by others of the same length, the same for the same: names of znodes, users and hosts, addresses, and all ' +
    'data. What stays: zxids, times, sessions, versions, kinds, sizes, offsets, the shape of names (letters, digits, ' +
    'case), and the counters of sequential znodes. What cannot be read is not copied. Look at the copy before it is given ' +
    'away. Exit code 3: made, but something could not be read.',
  run: async (args, context) => {
    if (args.as === 'directory') return scrubFolder(args, context);
    const { scrubTree } = await import('../scrub-tree.js');
    return scrubTree(args, context);
  },
});

async function scrubFolder(args: ScrubArgs, context: Context): Promise<number> {
  const [{ placesRead, resolveAll }, { checkFolder, OutputFolder }, { foldersOfCopies, scrubServers }] =
    await Promise.all([
      import('../../source/open.js'),
      import('../../container/output-folder.js'),
      import('../../convert/scrub.js'),
    ]);
  const { source, logDir, output, force, keep, replace } = args;
  refuseTrees(source, await import('../../source/open.js'));
  const place = { force, inputs: placesRead(source, { logDir }) };
  checkFolder(output, place);
  const key = scrubKey(args.keyFile, args.dryRun, place.inputs);
  const { scrubber, keyId } = scrubberOf({ key: key.key, keep, replace });
  const run = new Run({ ...args, takesAll: true }, context);
  const resolved = resolveAll(source, run.sourceOptions);
  let folder: OutputFolder | null = null;
  try {
    folder = args.dryRun ? null : new OutputFolder(output, place);
    const folders = foldersOfCopies(resolved, scrubber);
    const servers = scrubServers(resolved, folders, scrubber, folder, run.sourceOptions);
    refuseUnused(scrubber, args);
    const manifest: ScrubManifest = {
      tool: `zoolog ${version()}`,
      keyId,
      keep: keep.length,
      replace: replace.length,
      servers,
    };
    const old = folder === null ? null : publish(folder, manifest);
    const isWhole = servers.every(({ files }) => files.every((file) => file.isWhole));
    run.finish(EXIT.ok);
    const names = resolved.map(({ name }, i) => [name, folders[i]!] as const);
    const told = { ...manifest, key: key.said, old, sources: Object.fromEntries(names) };
    const { stdout } = context;
    stdout.write(
      args.format === 'json' ? `${jsonNested(told, 2)}\n` : scrubText(told, output, names, args.dryRun),
    );
    stdout.flush();
    return isWhole ? EXIT.ok : EXIT.unreadable;
  } finally {
    run.clear();
    folder?.discard();
    for (const one of resolved) one.close();
  }
}

/** @throws UsageError for what is a tree and no files. */
function refuseTrees(
  source: string,
  { isExportedTree, parseSource }: typeof import('../../source/open.js'),
): void {
  const hint = 'add --as ndjson, which takes a tree';
  const { path, when } = parseSource(source, existsSync);
  if (when !== null) throw new UsageError(`${source}: files are copied whole, whatever the moment`, hint);
  if (isExportedTree(path)) throw new UsageError(`${source}: is an export, and no files of a server`, hint);
}

function publish(folder: OutputFolder, manifest: ScrubManifest): string | null {
  const file = folder.file('scrub.json');
  file.write(Buffer.from(`${jsonNested(manifest, 2)}\n`));
  file.end();
  return folder.commit();
}
