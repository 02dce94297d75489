// Whatever a file holds or is called, no command shows it raw. New commands are among those that are run here.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { memorySink } from '../../src/render/sink.js';
import { Commands } from '../fuzz/commands.js';
import { useTempDir } from '../support/fixtures.js';
import {
  buildLog,
  check,
  closeSession,
  create,
  creates,
  error,
  multi,
  recordBytes,
} from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { zoolog } from './run-cli.js';

/** What a terminal acts upon: controls but the end of a line, C1 controls, bidi, zero width, other ends of lines. */
const RAW =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
const EVIL = [
  'esc\x1b[31mred',
  'title\x1b]0;t\x07',
  'bidi\u202eabc',
  'line\nend',
  'c1\u009b2J',
  'zero\u200bwidth',
  'nul\0',
];
const WORST = 'x\x1b[2J\u202e\n\u009b';

const dir = useTempDir();
const commands = await Commands.load();
/** Name of what is read, and SOURCE. */
const sources: Record<string, string> = {};

beforeAll(async () => {
  const znodes = [
    { path: '' },
    ...EVIL.map((name) => ({ path: `/${name}`, data: name, acl: 2n, stat: { ephemeralOwner: 5n } })),
    { path: `/${EVIL[0]}`, data: 'twice' },
  ];
  const acls = [{ key: 2n, acl: [{ perms: 31, scheme: WORST, id: WORST }] }];
  const sessions = [{ id: 5n, timeout: 1 }];
  const sound = snapshotBytes({ znodes, acls, sessions, trailer: 'both' });
  const odd = [...znodes, { path: `/orphan/${WORST}` }, { path: `bad/${WORST}` }];
  const damaged = snapshotBytes({
    znodes: odd,
    acls,
    damagePlain: (plain) => Buffer.from(plain).fill(1, 8, 12),
  });
  const badLength = snapshotBytes({
    znodes: [{ path: '' }, { path: `/${WORST}`, data: 'x' }],
    damagePlain: badDataLength,
  });
  const bodies = [
    ...EVIL.map((name) =>
      create(`/${name}`, name, { acl: [{ perms: 1, scheme: WORST, id: WORST }], ephemeral: true }),
    ),
    multi([create(`/m/${WORST}`, WORST), { type: 99, body: Buffer.from(WORST) }, error(-101)]),
    closeSession([`/${WORST}`]),
    check(`/${WORST}`, 1),
  ];
  const txns = bodies.map((body, i) => ({ zxid: BigInt(i + 6), ...body }));
  const log = buildLog({
    txns,
    tail: Buffer.concat([recordBytes({ ...creates(1)[0]!, checksum: 1n }), Buffer.from(WORST)]),
  }).bytes;

  const server = join(dir.path, `server ${WORST}`);
  folder(join(server, 'version-2'), {
    'snapshot.4': damaged,
    'snapshot.5': sound,
    [`snapshot.6.${WORST}`]: badLength,
    'log.6': log,
    [`log.50.${WORST}`]: Buffer.from('no log'),
    [`other ${WORST}`]: Buffer.alloc(1),
    currentEpoch: Buffer.from(`5${WORST}`),
  });
  folder(server, { myid: Buffer.from(WORST.replace('\n', '')), 'zoo.cfg': Buffer.from(`dataDir=${WORST}`) });
  const ensemble = join(dir.path, `ensemble ${WORST}`);
  folder(join(ensemble, `a ${WORST}`), { 'snapshot.5': sound, 'log.6': log });
  folder(join(ensemble, 'b'), { 'snapshot.5': sound });
  const index = join(dir.path, `index ${WORST}.db`);
  await zoolog(['index', '-o', index, `${WORST}=${server}`, ensemble, '--snapshots', 'all']);
  Object.assign(sources, {
    'a snapshot': join(server, 'version-2', 'snapshot.5'),
    'a damaged snapshot': join(server, 'version-2', 'snapshot.4'),
    'a snapshot that cannot be read': join(server, 'version-2', `snapshot.6.${WORST}`),
    'a log': join(server, 'version-2', 'log.6'),
    'what is no log': join(server, 'version-2', `log.50.${WORST}`),
    "a server's directory": server,
    'a moment': `${server}@0x8`,
    'a moment that cannot be had': `${server}@0x900`,
    'no moment': `${server}@${WORST}`,
    'an ensemble': ensemble,
    'a server of an ensemble': `${ensemble}#/a ${WORST}`,
    'no server of an ensemble': `${ensemble}#/${WORST}`,
    'a zoo.cfg': join(server, 'zoo.cfg'),
    'an index': index,
    'a cluster of an index': `${index}#${WORST}`,
    'no cluster of an index': `${index}#no${WORST}`,
    nothing: join(dir.path, WORST),
  });
});

describe('what is hostile is shown escaped', () => {
  it.each(commands.names)('by %s, in every format, on a terminal and in a pipe', async (name) => {
    const formats = commands.choices(name, 'format');
    let rows = 0;
    for (const [what, source] of Object.entries(sources)) {
      for (const format of formats.length === 0 ? [undefined] : formats) {
        for (const path of ['/', `/${EVIL[0]}`, `/${WORST}`]) {
          for (const isTerminal of [true, false]) {
            const run = await outputsOf(name, { source, format, path, isTerminal });
            const label = `${what}: ${name} ${format} ${JSON.stringify(path)}`;
            expect(run.stderr, `stderr of ${label}`).not.toMatch(RAW);
            expect([0, 1, 2, 3], label).toContain(run.code);
            if (run.code !== 2) rows += run.stdout.length;
            // A file or a program gets the bytes as they are: of data, and of text in csv.
            const isExact = !isTerminal && (format === 'csv' || (name === 'get' && format === 'raw'));
            if (!isExact) expect(run.stdout, label).not.toMatch(RAW);
          }
        }
      }
    }
    // Some were answered.
    expect(rows).toBeGreaterThan(1000);
  });

  it('by index and sql', async () => {
    const output = join(dir.path, `again ${WORST}.db`);
    const runs = [
      await zoolog(['index', '-o', output, sources["a server's directory"]!], { isTerminal: true }),
    ];
    for (const table of ['tree', 'file', 'problem', 'op', 'server', 'cluster', 'acl']) {
      for (const format of commands.choices('sql', 'format')) {
        const statement = `SELECT *, 1 AS "${WORST}" FROM ${table}`;
        runs.push(await zoolog(['sql', output, statement, '--format', format], { isTerminal: true }));
      }
    }
    runs.push(await zoolog(['sql', output, `SELECT ${WORST}`], { isTerminal: true }));
    runs.push(await zoolog(['sql', `${output}${WORST}`, 'SELECT 1'], { isTerminal: true }));
    for (const { stdout, stderr } of runs) {
      expect(stdout.replaceAll(/\x1b\[(1|22)m/g, '')).not.toMatch(RAW);
      expect(stderr).not.toMatch(RAW);
    }
    expect(runs.map(({ code }) => code).filter((code) => code > 1)).toEqual([2, 2]);
  });

  it('where it was typed', async () => {
    for (const args of [
      [WORST],
      ['ls', `--${WORST}`, 'x'],
      ['ls', 'x', '--format', WORST],
      ['log', 'x', '--op', WORST],
    ]) {
      const { code, stderr } = await zoolog(args, { isTerminal: true });
      expect(stderr, args.join(' ')).not.toMatch(RAW);
      expect(code).toBe(2);
    }
  });
});

interface Asked {
  readonly source: string;
  readonly format: string | undefined;
  readonly path: string;
  readonly isTerminal: boolean;
}

let made = 0;

/** Commands that make a folder. */
const MAKERS = new Set(['convert', 'repair', 'scrub']);

/** Runs a command with its znode, where it takes one, and all data that it shows. */
async function outputsOf(name: string, { source, format, path, isTerminal }: Asked) {
  const stdout = memorySink({ isTerminal });
  const stderr = memorySink({ isTerminal });
  const context = { stdout, stderr, env: { NO_COLOR: '1' } };
  const given = commands.positionals(name);
  const values: Record<string, unknown> = {
    ...(format === undefined ? {} : { format }),
    ...(commands.choices(name, 'data').length > 0 && path !== '/' ? { data: 'text' } : {}),
    ...(given.includes('znode') ? { znode: path } : {}),
    ...(name === 'bisect' ? { where: `not exists ${path}`, all: true } : {}),
    ...(given.includes('target') ? { target: source } : {}),
    ...(name === 'check' ? { for: path === '/' ? '3.4' : 'clickhouse-keeper' } : {}),
    ...(name === 'convert' || name === 'repair' ? { for: '3.9' } : {}),
    ...(given.includes('source') && MAKERS.has(name) ? { output: join(dir.path, `made-${made++}`) } : {}),
    source: name === 'compare' ? [source, source] : commands.isMany(name, 'source') ? [source] : source,
  };
  let code: number;
  try {
    code = await commands.exactly(name, values).run(context);
  } catch (thrown) {
    code = exitCodeOf(thrown, context);
  }
  return { code, stdout: stdout.text().replaceAll(/\x1b\[(1|22)m/g, ''), stderr: stderr.text() };
}

function folder(path: string, files: Readonly<Record<string, Buffer>>): void {
  mkdirSync(path, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
}

function badDataLength(plain: Buffer): Buffer {
  const copy = Buffer.from(plain);
  const path = copy.indexOf(WORST);
  copy.writeInt32BE(-7, path + Buffer.byteLength(WORST));
  return copy;
}
