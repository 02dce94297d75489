// What a hostile file claims costs no memory. Measured in a process of its own, which says its highest resident set
// after each command; before these limits the same took one to four gigabytes or all there is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { jute } from '../support/jute-writer.js';
import { create, logBytes, type TxnSpec } from '../support/log-spec.js';
import { snapshotBytes, writeStat, writeZnode } from '../support/snapshot-spec.js';

const temp = useTempDir();
const MB = 1024 * 1024;
const MOST = 2 ** 31 - 1;
/** Megabytes, of which starting takes a quarter: it is run as compiled, for a compiler at hand would take as much again. */
const BOUND = 300;

const zeros = gzipSync(Buffer.alloc(64 * MB));
const header = () => jute((w) => w.i32(0x5a4b534e).i32(2).i64(-1n));
/** `start` and 512 MB of zeros. */
const overZeros = (start: Buffer) => Buffer.concat([gzipSync(start), ...Array(8).fill(zeros)]);
const withHeader = (rest: Buffer) => Buffer.concat([header(), rest]);
const oneByteBlocks = (plain: Buffer) =>
  Buffer.concat([
    Buffer.from('82534e415050590000000001', 'hex'),
    Buffer.from('00000001', 'hex'),
    ...Array.from(plain, (byte) => Buffer.from([0, 0, 0, 3, 1, 0, byte])),
  ]);
const LARGE = 48 * MB;
const txn = (type: number, body: Buffer): TxnSpec[] => [
  { zxid: 1n, type, body },
  { zxid: 2n, ...create('/a') },
];

/** Files by what is in them: the name in version-2, the bytes, and the exit codes of the commands. */
const FILES: Record<string, [name: string, bytes: () => Buffer]> = {
  'an ACL list': [
    'snapshot.1.gz',
    () => overZeros(withHeader(jute((w) => w.i32(0).i32(1).i64(1n).i32(MOST)))),
  ],
  'an ACL list that could be': [
    'snapshot.1.gz',
    () => overZeros(withHeader(jute((w) => w.i32(0).i32(1).i64(1n).i32(10_000_000)))),
  ],
  'a session table': ['snapshot.1.gz', () => overZeros(withHeader(jute((w) => w.i32(MOST))))],
  'znode data': [
    'snapshot.1.gz',
    () =>
      overZeros(withHeader(jute((w) => writeZnode(w.i32(0).i32(0), { path: '' }).ustring('/a').i32(MOST)))),
  ],
  'a path': [
    'snapshot.1',
    () => snapshotBytes({ znodes: [{ path: '' }, { path: Buffer.alloc(LARGE, '/a') }] }),
  ],
  'a deep path': [
    'snapshot.1',
    () => snapshotBytes({ znodes: [{ path: '' }, { path: '/a'.repeat(100_000) }] }),
  ],
  'keys of ACLs': [
    'snapshot.1',
    () => {
      const lists = jute((w) => {
        w.i32(0).i32(400_000);
        for (let i = 1; i <= 400_000; i++) {
          w.raw(Buffer.from(`00000000${i.toString(16).padStart(8, '0')}000000010000001f`, 'hex'));
          w.ustring('digest').ustring(`u${i}`);
        }
        writeStat(w.ustring('').buffer(Buffer.alloc(0)).i64(77n));
      });
      return withHeader(lists);
    },
  ],
  'snappy blocks': [
    'snapshot.1.snappy',
    () =>
      oneByteBlocks(
        snapshotBytes({ znodes: Array.from({ length: 500 }, (_, i) => ({ path: (i && `/${i}`) || '' })) }),
      ),
  ],
  'parts of a multi': [
    'log.1',
    () =>
      logBytes({
        txns: txn(
          14,
          jute((w) => w.i32(MOST).raw(Buffer.alloc(LARGE))),
        ),
      }),
  ],
  'parts that could be': [
    'log.1',
    () =>
      logBytes({
        txns: txn(
          14,
          jute((w) => w.i32(LARGE / 8).raw(Buffer.alloc(LARGE))),
        ),
      }),
  ],
  'null paths of a closeSession': [
    'log.1',
    () =>
      logBytes({
        txns: txn(
          -11,
          jute((w) => w.i32(LARGE / 4).raw(Buffer.alloc(LARGE, 0xff))),
        ),
      }),
  ],
  'ACLs of a create': [
    'log.1',
    () => {
      const body = jute((w) =>
        w
          .ustring('/a')
          .buffer(null)
          .i32(4_000_000)
          .raw(Buffer.alloc(4_000_000 * 12 + 5)),
      );
      return logBytes({ txns: txn(1, body) });
    },
  ],
  'the length of a txn': [
    'log.1',
    () =>
      Buffer.concat([
        logBytes({
          txns: txn(
            2,
            jute((w) => w.ustring('/b')),
          ),
        }),
        jute((w) => w.i64(5n).i32(MOST)),
      ]),
  ],
};

// By Linux' own account where there is one: what resourceUsage tells begins with the resident set of the parent.
const child = temp.write(
  'child.mjs',
  `import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
   const { main } = await import(${JSON.stringify(join(PROJECT, 'dist/cli/main.js'))});
   const { fdSink, memorySink } = await import(${JSON.stringify(join(PROJECT, 'dist/render/sink.js'))});
   const highest = () => existsSync('/proc/self/status')
     ? Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
     : process.resourceUsage().maxRSS;
   for (const args of JSON.parse(process.argv[2])) {
     const stderr = memorySink();
     const out = openSync('/dev/null', 'w');
     const code = await main(args, { stdout: fdSink(out), stderr, env: {} });
     closeSync(out);
     const rss = Math.round(highest() / 1024);
     console.log(JSON.stringify({ command: args[0], code, rss, stderr: stderr.text().slice(0, 500) }));
   }`,
);

it.each(Object.keys(FILES))('%s without measure cost no command more memory than others', (title) => {
  const [name, bytes] = FILES[title]!;
  const folder = join(temp.path, title.replaceAll(' ', '-'), 'version-2');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, bytes());
  const commands = name.startsWith('log')
    ? [
        ['log', file],
        ['log', file, '--format', 'ndjson'],
        ['log', file, '--format', 'json'],
      ]
    : [
        ['ls', file],
        ['ls', file, '-R', '--long'],
        ['sessions', file],
      ];
  const all = [['inspect', file], ...commands, ['index', '-o', join(temp.path, `${title}.db`), folder]];
  const { stdout, stderr } = spawnSync(process.execPath, [child, JSON.stringify(all)], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  const ran = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(stderr).toBe('');
  expect(ran.map(({ command }) => command)).toEqual(all.map(([command]) => command));
  for (const { command, code, rss, stderr: said } of ran) {
    expect([0, 1, 3], `${command}: ${said}`).toContain(code);
    expect(rss, command).toBeLessThan(BOUND);
  }
});
