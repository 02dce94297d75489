// What a hostile or unlucky world hands over: the answer is one clear line and the right exit code, rows that could be
// read, and no file touched. Seeds are fixed.
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { InputError, UsageError } from '../../src/errors.js';
import type { Problem } from '../../src/problems.js';
import { ClosedPipe, memorySink, OutputError, type Sink } from '../../src/render/sink.js';
import { openTree, openTxns } from '../../src/source/open.js';
import { CODECS, compress } from '../support/codecs.js';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, closeSession, create, creates, createTtl, error, multi } from '../support/log-spec.js';
import { buildSnapshot, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { type Ran, rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const ROOT: ZnodeSpec = { path: '' };
const SNAPSHOT = buildSnapshot({
  trailer: 'both',
  sessions: [{ id: 1n, timeout: 5 }],
  znodes: [
    ROOT,
    { path: '/a', data: 'x', acl: 1n },
    { path: '/a/b', data: null, stat: { ephemeralOwner: 1n } },
  ],
}).plain;
const LOG = buildLog({
  txns: [
    ...creates(3),
    { zxid: 4n, ...multi([create('/m'), error(-110)]) },
    { zxid: 5n, ...closeSession(['/a', null]) },
    { zxid: 6n, ...createTtl('/t', null, 5n) },
  ],
  padding: 100,
}).plain;

/** Every command on a SOURCE. */
function commandsOn(source: string): string[][] {
  return [
    ...[['inspect'], ['inspect', '--quick'], ['index', '-o', join(dir.path, 'never.db')]],
    ...[['ls'], ['find'], ['du'], ['du', '--by-pattern'], ['sessions'], ['export']],
    ...[['log'], ['log', '--format', 'ndjson'], ['export', '--what', 'txns']],
  ]
    .map((command) => [...command, source])
    .concat([
      ['get', source, '/a'],
      ['stat', source, '/a'],
      ['diff', source, source],
      ['diff', source, source, '--stat', '--migrated'],
    ]);
}

/** A folder with sound data. */
function soundFolder(name: string): string {
  const folder = join(dir.path, name);
  mkdirSync(join(folder, 'version-2'), { recursive: true });
  writeFileSync(join(folder, 'version-2', 'snapshot.2'), SNAPSHOT);
  writeFileSync(join(folder, 'version-2', 'log.1'), LOG);
  return folder;
}

function sparse(name: string, bytes: number): string {
  const file = dir.write(name, '');
  const fd = openSync(file, 'r+');
  ftruncateSync(fd, bytes);
  closeSync(fd);
  return file;
}

/** Names, sizes and times of all that lies in a folder. */
function stateOf(folder: string): unknown[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
    return [name, size, mtimeMs];
  });
}

/** What holds for every run, whatever the input. */
function expectSane(args: readonly string[], { code, stdout, stderr }: Ran, what = ''): void {
  const about = `${what} ${args.join(' ')}\n${stderr}`;
  expect([0, 1, 2, 3], about).toContain(code);
  expect(stderr, about).not.toMatch(/\n {4}at /);
  if (code >= 2) expect(stderr, about).not.toBe('');
  if (code === 2) expect([stdout, stderr.match(/\n/g)?.length], about).toEqual(['', 1]);
  if (args.includes('json')) expect(JSON.parse(stdout).complete, about).toBe(code !== 3);
}

describe('a file that is not what a command takes', () => {
  const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(500, 7)]);
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(500, 9)]);
  const files: Readonly<Record<string, () => string>> = {
    text: () => dir.write('text', 'hello world\n'),
    'PNG bytes': () => dir.write('png', png),
    'a program': () => dir.write('elf', elf),
    'a zip': () => dir.write('zip', Buffer.from('504b0304140000000000', 'hex')),
    nothing: () => dir.write('empty', ''),
    'one byte': () => dir.write('one', 'Z'),
    '64 MB of zeros': () => sparse('zeros', 64 * 1024 ** 2),
    '4 GB of zeros': () => sparse('zeros4g', 4 * 1024 ** 3),
    'an empty folder': () => join(dir.path, 'hollow'),
    'a folder of junk': () => join(dir.path, 'junk'),
    'a link to nowhere': () => join(dir.path, 'dangling'),
    'no file at all': () => join(dir.path, 'absent'),
    'an empty name': () => '',
  };
  mkdirSync(join(dir.path, 'hollow'));
  mkdirSync(join(dir.path, 'junk'));
  writeFileSync(join(dir.path, 'junk', 'x'), 'x');
  symlinkSync('nowhere', join(dir.path, 'dangling'));

  it.each(Object.entries(files))('is refused with one line by every command: %s', async (_, make) => {
    const source = make();
    const before = stateOf(dir.path);
    for (const args of commandsOn(source)) {
      const ran = await zoolog(args);
      expectSane(args, ran);
      expect([args, ran.code, ran.stdout]).toEqual([args, 2, '']);
    }
    expect(stateOf(dir.path)).toEqual(before);
  });
  it('has a name that is shown with its control characters escaped', async () => {
    for (const name of ['new\nline', 'e\x1b[31m', 'bidi\u202ex']) {
      const { code, stderr } = await zoolog(['ls', dir.write(name, 'junk')], { isTerminal: true });
      expect(code).toBe(2);
      expect(stderr.slice(0, -1)).not.toMatch(/[\n\x1b\u202e]/);
    }
  });
  it('may have a name with # and @, or one that begins with a dash, behind --', async () => {
    for (const name of ['a#b@c', '-x', '--limit']) {
      const file = dir.write(name, SNAPSHOT);
      expect((await zoolog(['ls', file, '-q'])).stdout).toBe('a\n');
    }
    const cwd = process.cwd();
    process.chdir(dir.path);
    try {
      expect((await zoolog(['ls', '-q', '--', '-x', '/a'])).stdout).toBe('b\n');
      expect((await zoolog(['ls', '-q', '--', '--limit'])).stdout).toBe('a\n');
      expect((await zoolog(['ls', '--', '-x', '/', '-q'])).code).toBe(2);
      expect((await zoolog(['ls', '-x'])).code).toBe(2);
    } finally {
      process.chdir(cwd);
    }
  });
});

describe('a folder with things in it that are no files', () => {
  it('is read for the files that are there, and logs that cannot be read are missed', async () => {
    const folder = soundFolder('unread');
    const inner = join(folder, 'version-2');
    mkdirSync(join(inner, 'snapshot.5'));
    symlinkSync('/dev/zero', join(inner, 'snapshot.6'));
    expect(await zoolog(['log', folder, '-q', '--limit', '1'])).toMatchObject({ code: 0, stderr: '' });
    symlinkSync('nowhere', join(inner, 'log.8'));
    expect((await zoolog(['ls', folder, '-q'])).stdout).toBe('n2\nt\n');
    for (const args of [
      ['log', folder, '--format', 'json'],
      ['log', folder, '--format', 'ndjson'],
    ]) {
      const ran = await zoolog(args);
      expect([args, ran.code]).toEqual([args, 3]);
      expectSane(args, ran);
      expect(ran.stderr).toContain('[file-unreadable]');
      expect(ran.stdout).toContain('"/n0"');
    }
  });
  it('is read whatever is named zoo.cfg beside the data', async () => {
    for (const [i, make] of [
      (cfg: string) => mkdirSync(cfg),
      (cfg: string) => symlinkSync('/dev/zero', cfg),
      (cfg: string) => writeFileSync(cfg, 'dataDir=\\uZZZZ\n\0'),
    ].entries()) {
      const folder = soundFolder(`cfg${i}`);
      make(join(folder, 'zoo.cfg'));
      expect((await zoolog(['ls', folder, '-q'])).stdout).toBe('n2\nt\n');
    }
  });
  it('is not entered for a zoo.cfg of gigabytes', async () => {
    const { code, stderr } = await zoolog(['ls', sparse('big.cfg', 4 * 1024 ** 3)]);
    expect([code, stderr]).toEqual([3, `zoolog: ${join(dir.path, 'big.cfg')}: is not a zoo.cfg\n`]);
  });
  it('wants a folder as --log-dir', async () => {
    const folder = soundFolder('logdir');
    for (const logDir of ['', join(folder, 'absent'), join(folder, 'version-2', 'log.1')]) {
      const args = ['log', folder, '--log-dir', logDir];
      const ran = await zoolog(args);
      expect([logDir, ran.code]).toEqual([logDir, 2]);
      expectSane(args, ran);
    }
  });
});

describe('damage anywhere', () => {
  /** A generator of numbers in [0, 1), the same ones for the same seed. */
  function numbers(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
  }
  const onSnapshot = (file: string) => [
    ['export', file, '--format', 'json'],
    ['export', file, '--order', 'file'],
    ['ls', file, '-R', '--format', 'json'],
    ['get', file, '/a'],
    ['du', file, '--by-pattern'],
    ['sessions', file, '--format', 'json'],
    ['inspect', file, '--format', 'json'],
  ];
  const onLog = (file: string) => [
    ['log', file, '--format', 'json'],
    ['log', file, '--format', 'ndjson'],
    ['log', file],
    ['export', file, '--what', 'txns', '--format', 'csv'],
    ['inspect', file, '--format', 'json'],
  ];
  const kinds = [
    { name: 'snapshot.2', plain: SNAPSHOT, commands: onSnapshot },
    { name: 'log.1', plain: LOG, commands: onLog },
  ];

  async function check(name: string, bytes: Buffer, commands: readonly string[][], what: string) {
    const file = dir.write(name, bytes);
    for (const args of commands) {
      const ran = await zoolog(args);
      // Damage to the first bytes makes it another file.
      if (ran.code === 2) expectSane(args.slice(0, 2), ran, what);
      else expectSane(args, ran, what);
    }
    expect(readFileSync(file)).toEqual(bytes);
  }

  it('cut, changed or missing bytes never cost more than the rows behind them', async () => {
    for (const codec of CODECS) {
      for (const { name, plain, commands } of kinds) {
        if (codec === 'snappy' && name === 'log.1') continue;
        const good = compress(codec, plain);
        const next = numbers(2026 + codec.length + name.length);
        const place = (below: number) => Math.floor(next() * below);
        for (let n = 0; n < 40; n++) {
          const at = place(good.length);
          const how = ['cut', 'flip', 'zeros', 'gone'][n % 4]!;
          const bytes = {
            cut: () => cut(good, at),
            flip: () => flip(flip(good, at, 1 + place(255)), place(good.length), 1 + place(255)),
            zeros: () => fill(good, at, Math.min(at + 1 + place(40), good.length)),
            gone: () => Buffer.concat([good.subarray(0, at), good.subarray(at + 1 + place(40))]),
          }[how as 'cut']();
          const all = commands(join(dir.path, name));
          const two = [all[n % all.length]!, all[(n + 3) % all.length]!];
          await check(name, bytes, two, `${codec} ${name} ${how} ${at}`);
        }
      }
    }
  });
  it('a length of -2, 2^31 - 1 or beyond the file is met with what was read before it', async () => {
    for (const { name, plain, commands } of kinds) {
      const [first] = commands(join(dir.path, name));
      for (let at = 16; at + 4 <= plain.length; at++) {
        // Every int that can be a length, among them all that are.
        const value = plain.readInt32BE(at);
        if (value === 0 || value < -1 || value > 80) continue;
        for (const length of [-2, 2 ** 31 - 1, plain.length + 1]) {
          await check(name, putI32(plain, at, length), [first!], `${name} ${length} at ${at}`);
        }
      }
    }
  });
  it('a snapshot whose tree cannot be read at all is still an answer in json', async () => {
    const file = dir.write('snapshot.2', Buffer.from('ZKSN'));
    const { code, stdout, stderr } = await zoolog(['ls', file, '--format', 'json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ rows: [], complete: false, problems: [{}] });
    expect(stderr).toContain('there is no znode / in what could be read of');
  });
});

describe('a file that changes while it is read', () => {
  const large = buildLog({
    txns: Array.from({ length: 300 }, (_, i) => ({
      zxid: BigInt(i + 1),
      ...create(`/n${i}`, 'x'.repeat(20_000)),
    })),
  }).bytes;

  function readWhile(change: (file: string) => void) {
    const file = dir.write('log.1', large);
    const problems: Problem[] = [];
    const source = openTxns(file, { onNote: () => {}, onProblem: (problem) => problems.push(problem) });
    let count = 0;
    for (const _ of source.txns()) if (count++ === 0) change(file);
    source.close();
    return { count, isComplete: source.isComplete, codes: problems.map(({ code }) => code) };
  }

  it('has lost rows where it shrank', () => {
    const { count, isComplete, codes } = readWhile((file) => truncateSync(file, 100_000));
    expect(count).toBeLessThan(300);
    expect(isComplete).toBe(false);
    expect(codes).toContain('file-changed');
  });
  it('is read and said to have changed where it grew', () => {
    const read = readWhile((file) => writeFileSync(file, Buffer.alloc(100), { flag: 'a' }));
    expect(read).toMatchObject({ count: 300, isComplete: true });
    expect(read.codes).toContain('file-changed');
  });
  it('is read to its end where it vanished from its folder', () => {
    expect(readWhile((file) => unlinkSync(file))).toMatchObject({ count: 300, isComplete: true });
  });
  it('is an unreadable one where a snapshot vanished before the next pass', () => {
    const file = dir.write('snapshot.2', SNAPSHOT);
    const tree = openTree(file, { onNote: () => {}, onProblem: () => {} });
    unlinkSync(file);
    expect(() => [...tree.znodes()]).toThrow(InputError);
    tree.close();
  });
});

describe('an index that is none', () => {
  it('is refused with code 3 and one line, and nothing is made of it', async () => {
    const good = join(dir.path, 'good.db');
    expect((await zoolog(['index', '-o', good, soundFolder('indexed'), '-q'])).code).toBe(0);
    const bytes = readFileSync(good);
    const otherVersion = putI32(bytes, 60, 4711);
    const notOurs = putI32(bytes, 68, 0);
    const broken = {
      'version.db': otherVersion,
      'other.db': notOurs,
      'cut.db': cut(bytes, bytes.length / 2),
      'head.db': cut(bytes, 100),
      'holes.db': fill(bytes, 4096, bytes.length),
    };
    for (const [name, damaged] of Object.entries(broken)) {
      const file = dir.write(name, damaged);
      const before = stateOf(dir.path);
      for (const command of ['ls', 'find', 'du', 'log', 'sessions', 'export', 'inspect']) {
        const { code, stdout, stderr } = await zoolog([command, file]);
        expect([name, command, code, stdout]).toEqual([name, command, 3, '']);
        expect(stderr).toMatch(/^zoolog: .*\n$/);
      }
      expect(stateOf(dir.path)).toEqual(before);
    }
    const folder = join(dir.path, 'folder.db');
    mkdirSync(folder);
    expect((await zoolog(['ls', folder])).code).toBe(2);
    const text = dir.write('mine.txt', 'mine');
    expect((await zoolog(['index', '-o', text, soundFolder('indexed')])).code).toBe(3);
    expect(readFileSync(text, 'utf8')).toBe('mine');
  });
});

describe('values without bounds', () => {
  it('a path thousands of segments deep is listed, counted and put into patterns', async () => {
    const depth = 3000;
    const znodes = Array.from({ length: depth + 1 }, (_, i) => ({ path: '/d'.repeat(i) }));
    const file = dir.write('snapshot.3', snapshotBytes({ znodes }));
    for (const args of [
      ['du', file, '--by-pattern', '--format', 'ndjson'],
      ['du', file, '--max-depth', '9999', '--format', 'ndjson'],
      ['export', file, '--data', 'none'],
    ]) {
      const { code, stdout } = await zoolog(args);
      expect([args, code, rowsOf(stdout).length]).toEqual([args, 0, depth + 1]);
    }
  });
  it('a million bytes of path take a line in a table that is cut', async () => {
    const znodes = [ROOT, { path: `/${'n'.repeat(1_000_000)}` }];
    const { code, stdout } = await zoolog(['ls', dir.write('snapshot.3', snapshotBytes({ znodes })), '-l']);
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(30_000);
  });
  it('names and data never reach a terminal raw, in any format of any command', async () => {
    const hostile = [
      'a\0b',
      'new\nline',
      'esc\x1b[31mred\x1b]0;t\x07',
      'bidi\u202eabc',
      Buffer.from([0x69, 0xff, 0x9b, 0x33]),
      'c1\u009b31m',
      'zw\u200bx',
      'ls\u2028x',
      '\u{e0041}tag',
      '=1+1',
    ];
    const named = hostile.map((name) => ({
      path: Buffer.concat([Buffer.from('/'), Buffer.from(name)]),
      data: name,
      acl: 2n,
    }));
    const acl = [{ perms: 31, scheme: 'di\x1b[2Jgest', id: '=x\n\u202e' }];
    const sessions = [{ id: -1n, timeout: -5 }];
    const folder = join(dir.path, 'hostile', 'version-2');
    mkdirSync(folder, { recursive: true });
    const snapshot = snapshotBytes({ znodes: [ROOT, ...named], acls: [{ key: 2n, acl }], sessions });
    writeFileSync(join(folder, 'snapshot.5'), snapshot);
    const txns = named.map(({ path, data }, i) => ({ zxid: BigInt(i + 1), ...create(path, data) }));
    writeFileSync(join(folder, 'log.1'), buildLog({ txns }).bytes);
    const formats = ['table', 'json', 'ndjson', 'csv'];
    const empty = dir.write('snapshot.e', snapshotBytes({ znodes: [ROOT] }));
    for (const args of [
      ...commandsOn(folder).filter(([command]) => command !== 'index' && command !== 'get'),
      ...formats.map((format) => ['ls', folder, '--data', 'text', '--format', format]),
      ...formats.map((format) => ['diff', empty, folder, '--data', 'text', '--format', format]),
      ...formats.map((format) => ['log', folder, '--data', 'text', '--format', format]),
      ['get', folder, '/esc\x1b[31mred\x1b]0;t\x07'],
      ['get', folder, '/bidi\u202eabc', '--data', 'text'],
      ['stat', folder, '/bidi\u202eabc', '--data', 'auto'],
    ]) {
      const { stdout, stderr } = await zoolog(args, { isTerminal: true });
      const shown = `${stdout}${stderr}`.replaceAll(/\x1b\[(1|2|22|32|39)m/g, '');
      expect(shown, args.join(' ')).not.toMatch(
        /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u{e0000}-\u{e007f}]/u,
      );
    }
    const { stdout: csv } = await zoolog(['find', folder, '--format', 'csv', '--data', 'text']);
    expect(csv).toContain(",'=1+1,utf8");
  });
  it('times beyond what a date can be are numbers, ids with the top bit are unsigned', async () => {
    const max = 2n ** 63n - 1n;
    const stat = { ctime: max, mtime: -max - 1n, czxid: -1n, mzxid: -max - 1n, ephemeralOwner: -2n };
    const snapshot = snapshotBytes({
      znodes: [ROOT, { path: '/t', stat }],
      sessions: [{ id: -3n, timeout: 1 }],
    });
    const file = dir.write('snapshot.4', snapshot);
    const [line] = (await zoolog(['export', file, '/t', '-q'])).stdout.split('\n');
    expect(line).toContain('"czxid":"0xffffffffffffffff","mzxid":"0x8000000000000000"');
    expect(line).toContain(`"ctime":${max},"mtime":${-max - 1n}`);
    expect(line).toContain('"ephemeralOwner":"0xfffffffffffffffe"');
    expect((await zoolog(['sessions', file, '--format', 'ndjson'])).stdout).toContain('"0xfffffffffffffffd"');
    const log = buildLog({ txns: [{ zxid: -5n, time: max, clientId: -1n, ...create('/t') }] }).bytes;
    const { code, stdout } = await zoolog(['log', dir.write('log.1', log), '--format', 'ndjson']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`"zxid":"0xfffffffffffffffb","time":${max},`),
    ]);
    for (const args of commandsOn(file)) {
      if (args[0] !== 'index') expectSane(args, await zoolog(args));
    }
  });
});

describe('export -o', () => {
  it('refuses whatever lies where the SOURCE is read from, however it is named', async () => {
    const outer = join(dir.path, 'o#dd@x');
    for (const name of ['zk1', 'zk2'])
      cpSync(soundFolder('template'), join(outer, name), { recursive: true });
    const inner = join(outer, 'zk1', 'version-2');
    const cfg = dir.write('named.cfg', `dataDir=${join(outer, 'zk1')}\n`);
    const link = join(dir.path, 'link-to-log');
    symlinkSync(join(inner, 'log.1'), link);
    const before = stateOf(dir.path);
    for (const [source, output] of [
      [`${outer}#/zk1`, join(inner, 'out')],
      [`${outer}#/zk1`, join(inner, 'log.1')],
      [join(outer, 'zk1'), link],
      [cfg, join(inner, 'out')],
      [cfg, join(inner, 'log.1')],
      [cfg, cfg],
      [join(inner, 'snapshot.2'), join(inner, 'log.1')],
      [join(inner, 'snapshot.2'), join(dir.path, 'snapshot.9')],
      [join(outer, 'zk1'), '/dev/null'],
      [join(outer, 'zk1'), ''],
      [join(outer, 'zk1'), `${join(dir.path, 'new')}/`],
      [join(outer, 'zk1'), join(dir.path, 'no-folder', 'x')],
      [join(outer, 'zk1'), outer],
    ] as const) {
      const args = ['export', source, '-q', '-o', output, '--force'];
      const ran = await zoolog(args);
      expect([args, ran.code]).toEqual([args, 2]);
      expectSane(args, ran);
    }
    expect(stateOf(dir.path)).toEqual(before);
  });
  it('keeps what is left of damaged input under another name', async () => {
    const folder = join(dir.path, 'partial');
    mkdirSync(folder);
    const source = dir.write('snapshot.6', cut(SNAPSHOT, SNAPSHOT.length - 150));
    const target = join(folder, 'tree.ndjson');
    const { stdout: rows, code } = await zoolog(['export', source]);
    expect([code, rowsOf(rows).length]).toEqual([3, 2]);
    for (const attempt of [1, 2]) {
      const { code, stdout, stderr } = await zoolog(['export', source, '-o', target]);
      expect([attempt, code, stdout]).toEqual([attempt, 3, '']);
      expect(stderr).toContain(`zoolog: ${target} is not made; what could be read is in ${target}.partial\n`);
      expect(readdirSync(folder)).toEqual(['tree.ndjson.partial']);
      expect(readFileSync(`${target}.partial`, 'utf8')).toBe(rows);
    }
    // What stood there stays, also with --force.
    writeFileSync(target, 'mine');
    expect((await zoolog(['export', source, '-o', target, '--force'])).code).toBe(3);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['tree.ndjson', 'tree.ndjson.partial']);
  });
  it('never takes the place of its input, under no name', async () => {
    const bytes = cut(SNAPSHOT, SNAPSHOT.length - 150);
    const source = dir.write('tree.partial', bytes);
    expect((await zoolog(['export', source, '-o', join(dir.path, 'tree')])).code).toBe(2);
    expect(readFileSync(source)).toEqual(bytes);
  });
  it('makes no file of a znode that is not there', async () => {
    const folder = soundFolder('no-such');
    const target = join(dir.path, 'no-such.ndjson');
    expect((await zoolog(['export', folder, '/nope', '-q', '-o', target])).code).toBe(1);
    expect(readdirSync(dir.path)).not.toContain('no-such.ndjson');
  });
  it('leaves nothing where it cannot write a row', async () => {
    const folder = soundFolder('vain');
    const before = stateOf(dir.path);
    expect(
      (await zoolog(['export', join(folder, 'version-2', 'log.1'), '-o', join(dir.path, 'n')])).code,
    ).toBe(2);
    expect(stateOf(dir.path)).toEqual(before);
  });
});

describe('an error that cannot be told', () => {
  const broken = (failure: Error): Sink => ({
    ...memorySink(),
    write: () => {},
    flush: () => {
      throw failure;
    },
  });
  it('has its exit code all the same', () => {
    for (const failure of [new ClosedPipe('standard error'), new OutputError('standard error', 'full')]) {
      const context = { stdout: broken(failure), stderr: broken(failure), env: {} };
      expect(exitCodeOf(new UsageError('no'), context)).toBe(2);
      expect(exitCodeOf(new InputError('f', 'gone'), context)).toBe(3);
    }
  });
  it('is no bug of ours where a row is longer than any text can be', () => {
    const stderr = memorySink();
    const tooLong = new RangeError('Invalid string length');
    expect(exitCodeOf(tooLong, { stdout: memorySink(), stderr, env: {} })).toBe(3);
    expect(stderr.text()).toMatch(/^zoolog: a row .*--data none.*\n$/);
  });
});

describe('a session of the least zxid there is', () => {
  const own = useTempDir();
  it('is shown, of its creation nothing', async () => {
    own.write('log.1', buildLog({ txns: [{ zxid: -(2n ** 63n), clientId: 7n, ...create('/a') }] }).bytes);
    const { code, stdout } = await zoolog(['sessions', own.path, '--open', '--sort', 'ended']);
    expect(code).toBeLessThan(4);
    expect(stdout).toMatch(/^0x7 .* - /m);
  });
});
