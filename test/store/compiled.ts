// The sources compiled to JavaScript, as they are installed: threads start from that only.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/fixtures.js';

/** Compiles src into `folder` and returns it; its modules find the project's dependencies. */
export function compileTo(folder: string): string {
  const tsc = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  spawnSync(process.execPath, [
    tsc,
    '-p',
    join(PROJECT, 'tsconfig.build.json'),
    '--outDir',
    join(folder, 'dist'),
  ]);
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist');
}
