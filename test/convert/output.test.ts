// The output appears whole or not at all: where the run is killed, and where the disk is full.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { zoolog } from '../cli/run-cli.js';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

/** Bytes that the disk takes before it is full. */
let room = Number.POSITIVE_INFINITY;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (...args: Parameters<typeof fs.writeSync>) => {
    const written = (fs.writeSync as (...all: unknown[]) => number)(...args);
    room -= written;
    if (room < 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return written;
  };
  return { ...fs, writeSync };
});

afterEach(() => {
  room = Number.POSITIVE_INFINITY;
});

const temp = useTempDir();
const znodes = Array.from({ length: 30_000 }, (_, i) => ({ path: `/n${i}`, data: `data of znode ${i}` }));
const source = temp.write('snapshot.9', snapshotBytes({ znodes: [...NEW_TREE, ...znodes] }));

/** What lies beside the source. */
function beside(): string[] {
  return readdirSync(temp.path).filter((name) => name !== 'snapshot.9');
}

test.each(['raw', 'gz', 'snappy'])(
  'a full disk is said in one line, and leaves nothing (%s)',
  async (codec) => {
    const convert = (out: string) => zoolog(['convert', source, '-o', out, '--for', '3.9', '--codec', codec]);
    room = 100_000;
    const out = join(temp.path, 'full');
    const { code, stderr } = await convert(out);
    expect(code).toBe(3);
    const lines = stderr.trim().split('\n');
    expect(lines.at(-1)).toBe(
      `zoolog: ${out}/version-2/snapshot.9${codec === 'raw' ? '' : `.${codec}`}: cannot be written: there is no space left on the device`,
    );
    expect(beside()).toEqual([]);
  },
);

test('a full disk leaves nothing of a copy for sharing either', async () => {
  room = 100_000;
  const out = join(temp.path, 'full');
  const { code, stderr } = await zoolog(['scrub', source, '-o', out]);
  expect(code).toBe(3);
  expect(stderr.trim().split('\n').at(-1)).toBe(
    `zoolog: ${out}/version-2/snapshot.9: cannot be written: there is no space left on the device`,
  );
  expect(beside()).toEqual([]);
});

test('a run that is killed leaves nothing under the final name, and nothing beside it', {
  timeout: 60_000,
}, async () => {
  const out = join(temp.path, 'killed');
  const args = ['--import', 'tsx', 'src/cli/bin.ts', 'convert', source, '-o', out, '--for', '3.9', '--quiet'];
  let killed = 0;
  for (const delay of [0, 5, 20, 60]) {
    const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // From the moment at which it has begun to write.
    while (child.exitCode === null && beside().length === 0) await sleep(1);
    await sleep(delay);
    child.kill('SIGKILL');
    await ended;
    if (child.signalCode === 'SIGKILL' && !existsSync(out)) killed++;
    for (let waited = 0; waited < 5000 && beside().some((name) => name.startsWith('.')); waited += 20)
      await sleep(20);
    if (existsSync(out)) {
      // It was faster.
      expect(readSnapshotAgain(join(out, 'version-2', 'snapshot.9')).znodes.length).toBe(30_004);
      break;
    }
    expect(beside()).toEqual([]);
  }
  expect(killed).toBeGreaterThan(0);
});
