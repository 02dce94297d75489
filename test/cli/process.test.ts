// What only a process of its own shows: pipes, signals, bytes, workers.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/fixtures.js';

const FROM_SOURCE = ['--import', 'tsx', join(PROJECT, 'src', 'cli', 'bin.ts')];
const F = 'fixtures/standalone-3.8.6';

function run(...args: string[]) {
  return spawnSync(process.execPath, [...FROM_SOURCE, ...args], { cwd: PROJECT });
}

describe('the process', () => {
  it('writes the exact bytes of a znode into a pipe', () => {
    const { status, stdout, stderr } = run('get', F, '/binary');
    expect([status, stderr.toString()]).toEqual([0, `zoolog: ${F}: the tree at 0x1c4, exact\n`]);
    expect([...stdout]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });
  it('says its version and its exit code', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(run('--version').stdout.toString()).toBe(`${version}\n`);
    expect(run('ls', F, '/absent').status).toBe(1);
    expect(run('nonsense').status).toBe(2);
  });
  it('ends with 0 and in silence when its reader goes', async () => {
    const child = spawn(
      process.execPath,
      [...FROM_SOURCE, 'export', 'fixtures/load-3.9.5', '--what', 'txns'],
      {
        cwd: PROJECT,
      },
    );
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([0, '']);
  });
  it('dies of Ctrl-C, which shells show as 130', async () => {
    const child = spawn(
      process.execPath,
      [...FROM_SOURCE, 'export', 'fixtures/load-3.9.5', '--what', 'txns'],
      {
        cwd: PROJECT,
      },
    );
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGINT');
  });
  it('prints completion scripts and completes commands and options', () => {
    const { stdout } = spawnSync(process.execPath, [...FROM_SOURCE, 'completion'], {
      cwd: PROJECT,
      env: { ...process.env, SHELL: '/bin/bash' },
    });
    expect(stdout.toString()).toContain(
      'complete -o bashdefault -o default -F _zoolog_yargs_completions zoolog',
    );
    expect(run('completion', 'zsh').stdout.toString()).toContain('#compdef zoolog');
    expect(run('completion', 'fish').stdout.toString()).toContain('complete -f -c zoolog');
    expect(run('completion', 'tcsh').status).toBe(2);
    const words = run('--get-yargs-completions', 'zoolog', 'find', '--mi').stdout.toString().split('\n');
    expect(words).toContain('--min-size');
    expect(run('--get-yargs-completions', 'zoolog', '').stdout.toString().split('\n')).toContain('sessions');
  });
});
