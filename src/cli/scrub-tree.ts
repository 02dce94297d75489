// A scrubbed tree as ndjson.
import { znodeRow } from '../analysis/znode-row.js';
import { scrubberOf } from '../convert/scrub.js';
import { ScrubbedTree } from '../convert/scrubbed-tree.js';
import { escapeForTerminal } from '../render/escape.js';
import { jsonNested } from '../render/json-value.js';
import { openTree, placesRead } from '../source/open.js';
import { SourceLog } from '../source/source-log.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { intoFile, type OutputFileArgs } from './into-file.js';
import { map } from './map.js';
import { shown } from './rows/data-columns.js';
import { znodeColumns } from './rows/znode-columns.js';
import { withTree } from './run.js';
import { scrubKey } from './scrub-key.js';
import { refuseUnused } from './scrub-rules.js';
import { version } from './version.js';

interface ScrubTreeArgs extends OutputFileArgs {
  readonly output: string;
  readonly keyFile?: string | undefined;
  readonly keep: readonly string[];
  readonly replace: readonly string[];
  readonly dryRun: boolean;
  readonly format: 'text' | 'json';
}

/** Writes the tree of a SOURCE, scrubbed; in a dry run to nowhere. Returns the exit code. */
export async function scrubTree(args: ScrubTreeArgs, context: Context): Promise<number> {
  const { source, logDir, keyFile, keep, replace, output, dryRun, format } = args;
  const { key, said } = scrubKey(keyFile, dryRun, placesRead(source, { logDir }));
  const { scrubber, keyId } = scrubberOf({ key, keep, replace });
  let count = 0;
  const ask = async (to: Context) =>
    withTree(
      (options) => new ScrubbedTree(openTree(source, options), scrubber, new SourceLog(options)),
      { ...args, takesAll: true },
      to,
      (tree, run) => {
        const znodes = tree.znodes({ numChildren: true });
        const rows = map(znodes, (znode) => {
          count++;
          return shown(znodeRow(znode, { evidence: false, emulate353: false }), 'auto');
        });
        const columns = znodeColumns({ data: true, evidence: false });
        if (dryRun) for (const _ of run.guarded({ columns, rows }, undefined).rows);
        else run.print({ columns, rows }, { ...args, format: 'ndjson' });
        if (tree.isComplete) refuseUnused(scrubber, args);
        return EXIT.ok;
      },
    );
  const code = await (dryRun ? ask(context) : intoFile(args, context, ask));
  if (code !== EXIT.ok) return code;
  const { stdout } = context;
  if (format === 'json') {
    const made = { tool: `zoolog ${version()}`, keyId, keep: keep.length, replace: replace.length };
    stdout.write(`${jsonNested({ ...made, znodes: count, key: said }, 2)}\n`);
    stdout.flush();
    return EXIT.ok;
  }
  const lines = [
    dryRun ? `${output} is not made (--dry-run); it would hold:` : `${output}:`,
    `  holds      ${count} znodes`,
    `  key        ${said} (its number is ${keyId})`,
  ];
  stdout.write(lines.map((line) => `${escapeForTerminal(line)}\n`).join(''));
  stdout.flush();
  return EXIT.ok;
}
