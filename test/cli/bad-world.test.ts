// Bad input and bad luck that only a process of its own survives being tested on: what may hang, signals, full disks.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { buildLog, create } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';

const FROM_SOURCE = ['--import', 'tsx', join(PROJECT, 'src', 'cli', 'bin.ts')];
const dir = useTempDir();

function run(
  args: readonly string[],
  stdio: readonly ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe'],
) {
  return spawnSync(process.execPath, [...FROM_SOURCE, ...args], {
    cwd: PROJECT,
    timeout: 20_000,
    stdio: [...stdio],
    encoding: 'utf8',
  });
}

describe.skipIf(process.platform === 'win32')('a named pipe or a device', () => {
  it('as SOURCE is refused at once', () => {
    const fifo = join(dir.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    for (const source of [fifo, '/dev/zero']) {
      const { status, signal, stderr } = run(['ls', source]);
      expect([status, signal, stderr]).toEqual([3, null, `zoolog: ${source}: is not a regular file\n`]);
    }
  });
  it('beside the data is passed over', () => {
    const folder = join(dir.path, 'zk');
    const inner = join(folder, 'version-2');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'snapshot.5'), snapshotBytes());
    execFileSync('mkfifo', [join(inner, 'snapshot.6'), join(inner, 'log.6'), join(folder, 'zoo.cfg')]);
    symlinkSync('/dev/zero', join(folder, 'myid'));
    symlinkSync('/dev/zero', join(inner, 'currentEpoch'));
    execFileSync('mkfifo', [join(inner, 'acceptedEpoch')]);
    const { status, signal, stdout } = run(['ls', folder]);
    expect([status, signal, stdout]).toEqual([0, null, 'zookeeper\n']);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  it('is one line and code 3 as standard output, and as standard error nothing but the code', () => {
    const full = openSync('/dev/full', 'w');
    const stdout = run(['stat', 'fixtures/standalone-3.8.6', '/', '-q'], ['ignore', full, 'pipe']);
    expect(stdout.status).toBe(3);
    expect(stdout.stderr).toMatch(/^zoolog: standard output: cannot be written: ENOSPC[^\n]*\n$/);
    expect(run(['ls', 'nowhere'], ['ignore', 'pipe', full]).status).toBe(2);
  });
});

describe('Ctrl-C', () => {
  it('in the middle of export -o leaves nothing behind, nor does SIGKILL', async () => {
    const value = 'x'.repeat(1000);
    const txns = Array.from({ length: 100_000 }, (_, i) => ({
      zxid: BigInt(i + 1),
      ...create(`/${i}`, value),
    }));
    const log = dir.write('log.1', buildLog({ txns }).bytes);
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const folder = join(dir.path, signal);
      mkdirSync(folder);
      const args = ['export', log, '--what', 'txns', '-o', join(folder, 'txns.ndjson')];
      const child = spawn(process.execPath, [...FROM_SOURCE, ...args], { cwd: PROJECT, stdio: 'ignore' });
      const exit = once(child, 'exit');
      while (bytesIn(folder) === 0 && child.exitCode === null) await sleep(5);
      child.kill(signal);
      expect((await exit)[1]).toBe(signal);
      for (let i = 0; i < 100 && readdirSync(folder).length > 0; i++) await sleep(20);
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

describe('Ctrl-C, SIGTERM and SIGKILL', () => {
  it('in the middle of an index leave the old one, or none, and nothing else', async () => {
    const input = join(dir.path, 'input');
    mkdirSync(input);
    const txns = Array.from({ length: 100_000 }, (_, i) => ({ zxid: BigInt(i + 1), ...create(`/${i}`) }));
    writeFileSync(join(input, 'log.1'), buildLog({ txns }).bytes);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      const folder = join(dir.path, `index-${signal}`);
      mkdirSync(folder);
      const old = signal === 'SIGINT' ? [] : ['case.db'];
      const file = join(folder, 'case.db');
      if (old.length > 0) expect(run(['index', '-o', file, 'fixtures/empty-3.9.5']).status).toBe(0);
      const before = bytesIn(folder);
      const args = ['index', '-o', file, input];
      const child = spawn(process.execPath, [...FROM_SOURCE, ...args], { cwd: PROJECT, stdio: 'ignore' });
      const exit = once(child, 'exit');
      while (bytesIn(folder) < before + 100_000 && child.exitCode === null) await sleep(5);
      expect(readdirSync(folder)).toContain('case.db.lock');
      child.kill(signal);
      expect((await exit)[1]).toBe(signal);
      for (let i = 0; i < 100 && readdirSync(folder).length > old.length; i++) await sleep(20);
      expect([signal, readdirSync(folder)]).toEqual([signal, old]);
      expect(bytesIn(folder)).toBe(before);
    }
  });
});

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size,
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
