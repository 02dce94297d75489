// export --format files and --format zkcli: a tree for people and for other tools.
import { shownPath } from '../analysis/paths.js';
import { znodeRow } from '../analysis/znode-row.js';
import { checkFolder, OutputFolder } from '../container/output-folder.js';
import { zkCliScript } from '../export/zkcli.js';
import { ZnodeFiles } from '../export/znode-files.js';
import type { RawText } from '../jute/raw-text.js';
import { escapeForTerminal } from '../render/escape.js';
import { compileNdjson } from '../render/ndjson.js';
import type { Column } from '../render/rows.js';
import type { Znode } from '../snapshot/znode.js';
import { placesRead } from '../source/open.js';
import type { ZnodeSource } from '../source/sources.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { askTree, isAbsent } from './open-source.js';
import { type ShownZnode, znodeColumns } from './rows/znode-columns.js';
import { Run, type RunArgs } from './run.js';

/** Values of the options that both need. */
export interface TreeExportArgs extends RunArgs {
  readonly source: string;
  readonly znode: RawText;
  readonly emulate353?: boolean | undefined;
}

/**
 * Writes a script for zkCli.sh to stdout, and names on stderr each znode that cannot be in it: the script has no
 * comments, for zkCli knows none. Where there is such a znode `keep` is called, and the exit code is 1.
 */
export function exportZkCli(args: TreeExportArgs, context: Context, keep: () => void): Promise<number> {
  return askTree({ ...args, takesAll: args.znode === '' }, context, (tree, run) => {
    if (isAbsent(args.znode, tree, run)) return EXIT.no;
    let left = 0;
    const { stdout } = context;
    const script = zkCliScript(znodesOf(tree, run, args.znode));
    for (const one of script) {
      if ('line' in one) stdout.write(`${stdout.isTerminal ? escapeForTerminal(one.line) : one.line}\n`);
      else {
        left++;
        run.error(`left out: ${shownPath(one.path)}: ${one.lacks}`);
      }
    }
    if (left > 0) {
      run.error(`the script makes all but the ${left} left out`);
      keep();
    }
    run.note(
      'made anew by a client, znodes have other versions, zxids and times, and sequence numbers begin at 0',
    );
    return left === 0 ? EXIT.ok : EXIT.no;
  });
}

type FileRow = ShownZnode & { readonly dataFile: string | null };

const COLUMNS: readonly Column<FileRow>[] = [
  ...znodeColumns({ data: false, evidence: false }),
  { key: 'dataFile', kind: 'text' },
];

/** Writes a folder with a file a znode, whole or not at all. */
export async function exportFiles(
  args: TreeExportArgs & { readonly output: string; readonly force: boolean },
  context: Context,
): Promise<number> {
  const { output, force, source, logDir, emulate353, znode: under } = args;
  const place = { force, inputs: placesRead(source, { logDir }) };
  checkFolder(output, place);
  const folder = new OutputFolder(output, place);
  try {
    const files = new ZnodeFiles(folder);
    const list = folder.file('znodes.ndjson');
    let count = 0;
    const code = await askTree({ ...args, takesAll: under === '' }, context, (tree, run) => {
      if (isAbsent(under, tree, run)) return EXIT.no;
      const line = compileNdjson(COLUMNS);
      for (const znode of znodesOf(tree, run, under)) {
        const dataFile = files.add(znode, znode.numChildren! > 0);
        const { data: _, ...row } = znodeRow(znode, { emulate353 });
        list.write(Buffer.from(line({ ...row, dataFile })));
        count++;
      }
      return EXIT.ok;
    });
    list.end();
    const run = new Run(args, context);
    if (code === EXIT.ok) {
      folder.commit();
      run.note(`${output}: ${count} znodes, ${files.files} files with data`);
    } else run.error(`${output} is not made`);
    return code;
  } finally {
    folder.discard();
  }
}

function znodesOf(tree: ZnodeSource, run: Run, under: RawText): Iterable<Znode> {
  return run.guarded({ columns: [], rows: tree.znodes({ under, numChildren: true }) }, undefined).rows;
}
