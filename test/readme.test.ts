// The README's console blocks, run. README_UPDATE=1 rewrites what they print.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const BLOCK = /```console\n([\s\S]*?)```/g;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoolog-readme-'));
  symlinkSync(join(root, 'fixtures'), join(folder, 'fixtures'));
  const shim = join(folder, 'zoolog');
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/zoolog.js')}" "$@"\n`);
  chmodSync(shim, 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command prints, stdout and stderr in one, as a person sees them. */
function output(command: string): string {
  const { PATH } = process.env;
  const run = spawnSync('bash', ['-c', `${command} 2>&1`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${PATH}`, NO_COLOR: '1' },
  });
  return steady(run.stdout);
}

// Time taken is the one thing that differs from run to run.
function steady(text: string): string {
  return text.replace(/ read in .*$/gm, ' read in 0 s');
}

function replayed(block: string): string {
  const commands = block.split('\n').filter((line) => line.startsWith('$ '));
  return commands.map((line) => `${line}\n${output(line.slice(2))}`).join('');
}

test('the console blocks of the README print what they show', () => {
  const now = readme.replace(BLOCK, (_, block: string) => `\`\`\`console\n${replayed(block)}\`\`\``);
  if (process.env.README_UPDATE) writeFileSync(join(root, 'README.md'), now);
  else expect(steady(now)).toBe(readme);
});

test('the README shows every command that there is', async () => {
  const { COMMANDS } = await import('../src/cli/commands.js');
  for (const name of Object.keys(COMMANDS)) expect(readme).toContain(`\`${name}\``);
});
