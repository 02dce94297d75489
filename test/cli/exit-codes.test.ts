import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { main } from '../../src/cli/main.js';
import { FormatError, IndexError, InputError, UsageError } from '../../src/errors.js';
import { ClosedPipe, memorySink, type Sink } from '../../src/render/sink.js';
import { cut } from '../support/damage.js';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

const F = 'fixtures/standalone-3.8.6';
const dir = useTempDir();
const ESC = '\x1b';

/** Every command, so that what holds for all is tested on all. */
const COMMANDS: readonly (readonly string[])[] = [
  ['inspect', F],
  ['inspect', F, '--quick'],
  ['ls', F],
  ['ls', F, '-R', '-l'],
  ['get', F, '/plain'],
  ['stat', F, '/plain'],
  ['find', F, '--kind', 'ephemeral'],
  ['du', F],
  ['du', F, '--by-pattern'],
  ['diff', F, F],
  ['log', F],
  ['log', F, '--format', 'ndjson'],
  ['sessions', F],
  ['export', F],
  ['export', F, '--what', 'txns', '--format', 'json'],
];

/** What a command says of the tree that it reads. */
const AT = `zoolog: ${F}: the tree at 0x1c4, exact\n`;
const DIFFERING = [
  'zoolog: compared strictly: every stored field\n',
  AT,
  `zoolog: ${F} is compared with itself\n`,
  'zoolog: 0 added, 0 removed, 0 changed, 245 equal\n',
];
const saidBy = ([verb, ...args]: readonly string[]) =>
  verb === 'diff'
    ? DIFFERING.join('')
    : /log|inspect|sessions/.test(verb!) || args.includes('txns')
      ? ''
      : AT;

function report(error: unknown) {
  const [stdout, stderr] = [memorySink(), memorySink()];
  const code = exitCodeOf(error, { stdout, stderr, env: {} });
  return { code, text: stderr.text() };
}

describe('an error', () => {
  it('becomes one line and a code', () => {
    const format = new FormatError({ code: 'truncated', file: 'f', offset: 5, expected: 'x', found: 'y' });
    expect(report(new UsageError('no', 'do that'))).toEqual({ code: 2, text: 'zoolog: no; do that\n' });
    expect(report(new UsageError('no'))).toEqual({ code: 2, text: 'zoolog: no\n' });
    expect(report(new InputError('f', 'is gone'))).toEqual({ code: 3, text: 'zoolog: f: is gone\n' });
    expect(report(format)).toEqual({ code: 3, text: 'zoolog: f: byte 5 (0x5): expected x, found y\n' });
    expect(report(new IndexError('i', 'is old', 'index anew'))).toEqual({
      code: 3,
      text: 'zoolog: i: is old; index anew\n',
    });
    expect(report(new ClosedPipe('standard output'))).toEqual({ code: 0, text: '' });
  });
  it('of ours shows the stack and asks for a report', () => {
    const { code, text } = report(new TypeError('oops'));
    expect(code).toBe(70);
    expect(text).toMatch(/^zoolog: this is a bug in zoolog.*report.*\nTypeError: oops\n {4}at /);
  });
  it('has its control characters escaped', () => {
    expect(report(new InputError(`${ESC}[2J\n`, 'is odd')).text).toBe('zoolog: \\x1b[2J\\n: is odd\n');
  });
});

describe('exit codes', () => {
  it.each(COMMANDS.map((args) => [args.join(' '), args] as const))('%s ends with 0', async (_, args) => {
    const { code, stdout, stderr } = await zoolog(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: saidBy(args) });
    expect(stdout).not.toBe('');
  });
  it('1 for what is not there', async () => {
    for (const command of ['ls', 'get', 'stat']) {
      const { code, stdout, stderr } = await zoolog([command, F, '/absent']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr.slice(AT.length)).toMatch(/^zoolog: there is no znode \/absent in .*\n$/);
    }
  });
  it('2 for what cannot be meant, with one line', async () => {
    const wrong = [
      ['lss', F],
      ['ls'],
      ['ls', F, '/a', '/b'],
      ['ls', F, '--nonsense'],
      ['ls', F, '--format', 'xml'],
      ['ls', F, '--limit', 'many'],
      ['ls', F, 'a'],
      ['ls', 'no/such/place'],
      ['ls', `${F}/version-2/log.1`],
      ['log', `${F}/version-2/snapshot.0`],
      ['log', F, '--from', '12'],
      ['log', F, '--since', 'yesterday'],
      ['log', F, '--tz', 'Mars/Olympus'],
      ['find', F, '--owner', '0x'],
      ['export', F, '-o', join(F, 'version-2', 'x')],
      ['inspect', 'package.json'],
    ];
    for (const args of wrong) {
      const { code, stdout, stderr } = await zoolog(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).toMatch(/^zoolog: .+\n$/);
    }
  });
  it('3 where the tree is cut, and prints what could be read', async () => {
    const whole = readFileSync(`${F}/version-2/snapshot.1c4`);
    const file = dir.write('snapshot.1c4', cut(whole, whole.length - 5000));
    const { code, stdout, stderr } = await zoolog(['export', file, '--format', 'json']);
    expect(code).toBe(3);
    const { rows, complete, problems } = JSON.parse(stdout);
    expect(complete).toBe(false);
    expect(rows.length).toBeGreaterThan(100);
    expect(problems).toMatchObject([{ code: 'snapshot-cut', severity: 'error', file }]);
    expect(stderr).toContain('[snapshot-cut]');
    expect(stderr).toContain('rows are incomplete');
    expect((await zoolog(['inspect', file])).code).toBe(3);
    expect((await zoolog(['get', file, '/no/such/znode'])).code).toBe(3);
  });
  it('3 for a file that may not be read', async () => {
    if (process.getuid?.() === 0) return;
    const file = dir.write('snapshot.5', '');
    chmodSync(file, 0);
    expect((await zoolog(['ls', file])).code).toBe(3);
  });
});

describe('output', () => {
  it('goes to stdout alone; what is said of it to stderr', async () => {
    const { stdout, stderr } = await zoolog(['ls', 'fixtures/killed-3.9.5', '--format', 'ndjson']);
    expect(rowsOf(stdout).map(({ path }) => path)).toContain('/zookeeper');
    expect(stderr).toContain('zoolog: fixtures/killed-3.9.5: the tree at 0x6fc, exact\n');
    const quiet = await zoolog(['ls', 'fixtures/killed-3.9.5', '--format', 'ndjson', '--quiet']);
    expect(quiet).toEqual({ code: 0, stdout, stderr: '' });
  });
  it('has colour on a terminal only, and none with NO_COLOR', async () => {
    const args = ['ls', F, '-l'];
    expect((await zoolog(args)).stdout).not.toContain(ESC);
    vi.stubEnv('NO_COLOR', '');
    expect((await zoolog(args, { isTerminal: true })).stdout).toContain(ESC);
    vi.stubEnv('NO_COLOR', '1');
    expect((await zoolog(args, { isTerminal: true })).stdout).not.toContain(ESC);
    vi.unstubAllEnvs();
  });
  it('shows nothing on a terminal that could act on it', async () => {
    vi.stubEnv('NO_COLOR', '1');
    for (const args of [
      ['get', F, '/binary'],
      ['ls', F, '/names'],
      ['ls', F, '/names', '--format', 'ndjson'],
    ]) {
      const { stdout } = await zoolog(args, { isTerminal: true });
      expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]/);
    }
    vi.unstubAllEnvs();
  });
  it('ends quietly with 0 when the reader of the pipe has gone', async () => {
    for (const args of COMMANDS) {
      const stderr = memorySink();
      const closed: Sink = {
        ...{ isTerminal: false, columns: 80 },
        write: () => {
          throw new ClosedPipe('standard output');
        },
        flush: () => {},
      };
      expect([args, await main(args, { stdout: closed, stderr, env: {} })]).toEqual([args, 0]);
      // What diff counts is known behind its rows.
      expect(stderr.text()).toBe(saidBy(args).replace(/zoolog: \d+ added.*\n/, ''));
    }
  });
  it('lets its limit hold in every format', async () => {
    const lines = async (...args: string[]) => (await zoolog(args)).stdout.trimEnd().split('\n').length;
    expect(await lines('ls', F, '--limit', '3')).toBe(3);
    expect(await lines('ls', F, '-l', '--limit', '3')).toBe(4);
    expect(await lines('ls', F, '--format', 'csv', '--limit', '3')).toBe(4);
    expect(await lines('log', F, '--format', 'ndjson', '--limit', '3')).toBe(3);
    expect(
      JSON.parse((await zoolog(['log', F, '--format', 'json', '--limit', '3'])).stdout).rows,
    ).toHaveLength(3);
    expect(await lines('find', F, '-l', '--limit', '0')).toBe(246);
  });
});

describe('inputs', () => {
  const state = () => {
    const files = readdirSync(`${F}/version-2`).map((name) => join(F, 'version-2', name));
    return files.map((file) => [file, statSync(file).mtimeMs, readFileSync(file).toString('base64')]);
  };
  it('are the same bytes with the same times after every command', async () => {
    const before = state();
    for (const args of COMMANDS) await zoolog(args);
    await zoolog(['export', F, '-o', join(dir.path, 'copy.ndjson')]);
    expect(state()).toEqual(before);
  });
});

describe('export -o', () => {
  it('makes a file that appears whole, and leaves others alone', async () => {
    const folder = join(dir.path, 'out');
    mkdirSync(folder);
    const file = join(folder, 'tree.ndjson');
    expect(await zoolog(['export', F, '-o', file])).toEqual({ code: 0, stdout: '', stderr: AT });
    expect(readFileSync(file, 'utf8')).toBe((await zoolog(['export', F])).stdout);
    writeFileSync(file, 'mine');
    expect((await zoolog(['export', F, '-o', file])).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await zoolog(['export', F, '-o', file, '--force'])).code).toBe(0);
    const [first, second] = readdirSync(folder).sort();
    expect(first).toBe('tree.ndjson');
    expect(second).toMatch(/^tree\.ndjson\.old-\d{4}-/);
    expect(readFileSync(join(folder, second!), 'utf8')).toBe('mine');
    expect((await zoolog(['export', 'nowhere', '-o', join(folder, 'x')])).code).toBe(2);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('the tables of exit codes', () => {
  it('are the same in README.md and docs/json.md', () => {
    const rows = (file: string) =>
      readFileSync(join(PROJECT, file), 'utf8').match(/^\| (0|1|2|3|70) \|.*$/gm);
    expect(rows('README.md')).toHaveLength(5);
    expect(rows('docs/json.md')).toEqual(rows('README.md'));
  });
});
