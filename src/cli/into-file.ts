// Rows into a file instead of stdout.
import { outputFile } from '../export/output-file.js';
import { fdSink } from '../render/sink.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { Run, type RunArgs } from './run.js';

/** Values of the options of a command that writes a file. */
export interface OutputFileArgs extends RunArgs {
  readonly source: string;
  readonly output?: string | undefined;
  readonly force: boolean;
}

/**
 * Runs with stdout replaced by the file of `--output`, where there is one. The file appears only with all rows in
 * it: those of damaged input go to NAME.partial, and without an answer there is no file. `run` calls `keep` where its
 * answer is whole though the exit code is that of a no.
 */
export async function intoFile(
  args: OutputFileArgs,
  context: Context,
  run: (context: Context, keep: () => void) => Promise<number>,
): Promise<number> {
  const { source, logDir, output, force } = args;
  if (output === undefined) return run(context, () => {});
  const { placesRead } = await import('../source/open.js');
  const inputs = placesRead(source, { logDir });
  const file = outputFile(output, { force, inputs });
  try {
    const stdout = fdSink(file.fd, output);
    let isKept = false;
    const code = await run({ ...context, stdout }, () => {
      isKept = true;
    });
    stdout.flush();
    if (code === EXIT.ok || (code === EXIT.no && isKept)) file.commit();
    else if (code === EXIT.no) new Run(args, context).error(`${output} is not made`);
    else if (code === EXIT.unreadable) {
      new Run(args, context).error(`${output} is not made; what could be read is in ${file.commitPartial()}`);
    }
    return code;
  } finally {
    file.discard();
  }
}
