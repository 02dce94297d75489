// A data directory made of a SOURCE: whole or not at all, with a manifest, and said in a few lines.

import type { OutputFolder } from '../container/output-folder.js';
import type { Manifest } from '../convert/manifest.js';
import { ConvertRefused } from '../convert/refusals.js';
import { jsonNested } from '../render/json-value.js';
import type { Context } from './context.js';
import { type Asked, manifestText } from './convert-text.js';
import { EXIT } from './exit-codes.js';
import { Run, type RunArgs } from './run.js';
import { version } from './version.js';

/** What was made. */
export type Made = Omit<Manifest, 'tool'>;

/** Values of the options that all such commands have. */
export interface MakeArgs extends RunArgs, Asked {
  readonly source: string | readonly string[];
  readonly output: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly format: string;
}

/** Has `make` write into a folder, null in a dry run, and puts that in its place. Returns the exit code. */
export async function makeFolder(
  args: MakeArgs,
  context: Context,
  make: (run: Run, folder: OutputFolder | null) => Promise<Made>,
): Promise<number> {
  const [{ placesRead }, { checkFolder, OutputFolder }] = await Promise.all([
    import('../source/open.js'),
    import('../container/output-folder.js'),
  ]);
  const { source, logDir, output, force } = args;
  const place = { force, inputs: [source].flat().flatMap((one) => placesRead(one, { logDir })) };
  checkFolder(output, place);
  const run = new Run({ ...args, takesAll: true }, context);
  const folder = args.dryRun ? null : new OutputFolder(output, place);
  try {
    const manifest = { tool: `zoolog ${version()}`, ...(await make(run, folder)) };
    const old = folder === null ? null : publish(folder, manifest);
    run.finish(EXIT.ok);
    const { stdout } = context;
    stdout.write(args.format === 'json' ? jsonText(manifest) : manifestText(manifest, output, old, args));
    stdout.flush();
    return manifest.lost === null ? EXIT.ok : EXIT.no;
  } catch (error) {
    if (!(error instanceof ConvertRefused)) throw error;
    run.finish(EXIT.ok);
    for (const line of error.lines) run.error(line);
    run.error(`${output} is not made`);
    return EXIT.no;
  } finally {
    run.clear();
    folder?.discard();
  }
}

/** Writes the manifest and puts the folder in its place. Returns what the old one is called now. */
function publish(folder: OutputFolder, manifest: Manifest): string | null {
  const file = folder.file('manifest.json');
  file.write(Buffer.from(jsonText(manifest)));
  file.end();
  return folder.commit();
}

function jsonText(manifest: Manifest): string {
  return `${jsonNested(manifest, 2)}\n`;
}
