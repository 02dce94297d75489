import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { ClosedPipe, fdSink, memorySink, OutputError } from '../../src/render/sink.js';

let folder: string;
const open: number[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoolog-sink-'));
});

afterEach(() => {
  for (const fd of open.splice(0)) closeSync(fd);
  rmSync(folder, { recursive: true });
});

function opened(path: string, flags: string | number): number {
  const fd = openSync(path, flags);
  open.push(fd);
  return fd;
}

/** A named pipe, and its writing end in non-blocking mode, as a shell may hand it to us. */
function fifo(): { path: string; fd: number } {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return { path, fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) };
}

describe('fdSink', () => {
  it('keeps text and bytes in the order they came', () => {
    const path = join(folder, 'out');
    const sink = fdSink(opened(path, 'w'));
    const reused = Uint8Array.of(0xff, 0x00);
    sink.write('é');
    sink.write(reused);
    reused.fill(0x41);
    sink.write('日');
    sink.flush();
    expect(readFileSync(path)).toEqual(
      Buffer.concat([Buffer.from('é'), Buffer.of(0xff, 0), Buffer.from('日')]),
    );
  });

  it('collects about 64 KB before it writes', () => {
    const path = join(folder, 'out');
    const sink = fdSink(opened(path, 'w'));
    sink.write('x'.repeat(60_000));
    expect(readFileSync(path)).toHaveLength(0);
    sink.write(new Uint8Array(6000));
    expect(readFileSync(path)).toHaveLength(66_000);
  });

  it('writes pieces of every size, larger than its buffer too', () => {
    const path = join(folder, 'out');
    const sink = fdSink(opened(path, 'w'));
    const expected: Buffer[] = [];
    for (const size of [1, 65_535, 65_536, 65_537, 200_000, 3, 0, 1_000_000, 7]) {
      for (const text of ['a'.repeat(size), '日'.repeat(size)]) {
        sink.write(text);
        expected.push(Buffer.from(text));
        const bytes = Buffer.alloc(size, size % 251);
        sink.write(bytes);
        expected.push(bytes);
      }
    }
    sink.flush();
    expect(readFileSync(path).equals(Buffer.concat(expected))).toBe(true);
  });

  it('waits for a reader when a non-blocking pipe is full', async () => {
    const { path, fd } = fifo();
    const copy = join(folder, 'copy');
    const reader = spawn('sh', ['-c', 'sleep 0.2; exec cat "$0" > "$1"', path, copy]);
    // The child has to hold the pipe open before we close it, or what is in it is lost.
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const sink = fdSink(writer);
    const text = Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join('');
    sink.write(text);
    sink.flush();
    closeSync(writer);
    closeSync(fd);
    await once(reader, 'close');
    expect(readFileSync(copy, 'utf8')).toBe(text);
  });

  it('throws ClosedPipe when the reader is gone, and nothing from a flush while leaving', () => {
    const { path, fd } = fifo();
    const writer = opened(path, constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(fd);
    const sink = fdSink(writer);
    sink.write('to nobody');
    expect(() => sink.flush()).toThrow(ClosedPipe);
    expect(() => sink.flush()).not.toThrow();
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that the disk is full', () => {
    const sink = fdSink(opened('/dev/full', 'w'), 'standard output');
    sink.write('x');
    let thrown: unknown;
    try {
      sink.flush();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OutputError);
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as OutputError).file).toBe('standard output');
    expect((thrown as OutputError).reason).toMatch(/^cannot be written: .*no space left/);
    expect((thrown as OutputError).message).not.toContain('\n');
  });

  it('is no terminal when it is a file', () => {
    const sink = fdSink(opened(join(folder, 'out'), 'w'));
    expect(sink.isTerminal).toBe(false);
    expect(sink.columns).toBe(80);
  });

  it('writes nothing when there is nothing', () => {
    const { path, fd } = fifo();
    open.push(fd);
    fdSink(opened(path, constants.O_WRONLY | constants.O_NONBLOCK)).flush();
    expect(() => readSync(fd, new Uint8Array(1))).toThrow(/EAGAIN/);
  });
});

describe('memorySink', () => {
  it('gives back what was written, and is a terminal when told so', () => {
    const sink = memorySink({ isTerminal: true, columns: 40 });
    sink.write('a');
    sink.write(Uint8Array.of(0xc3));
    sink.write(Uint8Array.of(0xa9));
    expect(sink.text()).toBe('aé');
    expect([sink.isTerminal, sink.columns]).toEqual([true, 40]);
  });
});
