// What people type: words that cannot be meant, lists, options at the end of a line, help.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
for (const name of ['one', 'two', 'three']) {
  mkdirSync(join(dir.path, name));
  dir.write(`${name}/snapshot.5`, snapshotBytes());
}
const [one, two, three] = ['one', 'two', 'three'].map((name) => join(dir.path, name)) as [
  string,
  string,
  string,
];

describe('several SOURCEs', () => {
  it('are all indexed', async () => {
    const db = join(dir.path, 'case.db');
    const { code, stdout } = await zoolog(['index', one, two, '-o', db, three]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 clusters, 3 servers')]);
    for (const name of ['one', 'two', 'three']) expect((await zoolog(['ls', `${db}#${name}`])).code).toBe(0);
  });
  it('are all inspected, also behind --', async () => {
    for (const args of [
      ['inspect', one, '--quick', two, three],
      ['inspect', '--quick', one, '--', two, three],
    ]) {
      const { code, stdout } = await zoolog([...args.slice(0, 1), '--format', 'ndjson', ...args.slice(1)]);
      expect(code).toBe(0);
      expect(rowsOf(stdout).map(({ server }) => server)).toEqual([one, two, three]);
    }
  });
});

describe('an option that can be repeated', () => {
  const out = (name: string) => ['-o', join(dir.path, name), '--for', '3.9'];
  it.each([
    ['doctor', ['--server', '3.8', '--server=3.9', one], 0],
    ['doctor', ['--server', '3.8', one, '--server', '3.9'], 0],
    ['convert', [...out('map'), '--map', '/=/p', one], 0],
    ['convert', [...out('include'), '--include', '/', one], 0],
    ['convert', [...out('into'), '--into', '/one', one, '--into', '/two', two], 0],
    ['repair', [...out('against'), '--against', two, one], 0],
    ['scrub', ['-o', join(dir.path, 'scrub'), '--keep', '/plain', 'fixtures/standalone-3.9.5'], 0],
    // The pattern fits nothing here; behind it stands a second SOURCE.
    ['convert', [one, ...out('exclude'), '--exclude', '/acl', two], 2],
  ])('leaves what follows its value: %s %j', async (verb, args, code) => {
    const ran = await zoolog([verb, ...args]);
    expect([ran.code, ran.stderr]).toEqual([code, expect.not.stringContaining('an argument is missing')]);
    if (code === 2) expect(ran.stderr).toMatch(/--exclude \/acl fits nothing in .*one.* and .*two/);
  });
});

describe('what cannot be meant', () => {
  const wrong: readonly (readonly string[])[] = [
    ['ls', '--limit', '-1'],
    ['ls', '--limit=-1'],
    ['ls', '--limit', 'NaN'],
    ['ls', '--limit', '1e3'],
    ['ls', '--limit', ''],
    ['ls', '--limit'],
    ['ls', '--limit', '1', '--limit', '2'],
    ['ls', '--format'],
    ['ls', '--data'],
    ['ls', '--format', 'xml'],
    ['ls', '--format=json', '--format=csv'],
    ['ls', '--colour'],
    ['ls', '--__proto__=1'],
    ['ls', '--constructor'],
    ['ls', '/a', '/b'],
    ['ls', '//'],
    ['ls', '--long=maybe'],
    ['ls', '-l=1'],
    ['ls', '--quiet='],
    ['index', '-o', 'never.db', '--no-data=yes'],
    ['find', '--owner', '5'],
    ['find', '--from', '12'],
    ['find', '--from', '0x'],
    ['find', '--to', '0x11112222333344445'],
    ['find', '--from', '99999999999:1'],
    ['find', '--since', 'x'],
    ['find', '--since', '2026-01-01T00:00+99:99'],
    ['find', '--since', '2026-01-01T00:00+05:60'],
    ['find', '--since', '2026-03-29T02:30', '--tz', 'Europe/Berlin'],
    ['find', '--tz', '+25:00'],
    ['find', '--regex', '('],
    ['find', '--matches', '['],
    ['find', '--path', 'a'],
    ['find', '--kind', 'x'],
    ['find', '--path', '/a/'],
    ['find', '--path', '/a//b'],
    ['find', '/zookeeper', '--path', '/zk/**'],
    ['find', '--from', '0x5', '--to', '0x4'],
    ['find', '--since', '2026-01-02', '--until', '2026-01-01'],
    ['find', '--min-size', '5', '--max-size', '4'],
    ['find', '--min-children', '5', '--max-children', '4'],
    ['find', '--time-of'],
    ['log', '--op', 'x'],
    ['log', '--error', 'x'],
    ['log', '--error', '101'],
    ['log', '--error', '99999'],
    ['log', '--from', '5:1', '--to', '4:9'],
    ['log', '--since', '2026', '--until', '2026'],
    ['export', '--what', 'txns', '--from', '0x5', '--to', '0x4'],
    ['log', '--server', '256'],
    ['log', '--server', '-1'],
    ['log', '--session', 'zz'],
    ['du', '--top', '0'],
    ['du', '--by'],
    ['du', '--top', '5', '--by-pattern'],
    ['sessions', '5'],
    ['export', '--order', 'up'],
    ['export', '--what'],
    ['export', '-o'],
  ];
  it.each(wrong.map((args) => [args.join(' '), args] as const))(
    'is answered in one line: %s',
    async (_, args) => {
      const [command, ...rest] = args as [string, ...string[]];
      const { code, stdout, stderr } = await zoolog([command, one, ...rest]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^zoolog: [^\n]+\n$/);
      expect(stderr).not.toMatch(/::|Error/);
    },
  );
  it('is so as a command and as a word behind help too', async () => {
    for (const args of [
      ['nope'],
      ['nope', '--help'],
      ['help', 'nope'],
      ['toString'],
      ['--nope', 'ls'],
      ['--', 'ls'],
    ]) {
      const { code, stdout, stderr } = await zoolog(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).toMatch(/^zoolog: .* is not a command; .*\n$/);
    }
  });
});

describe('a switch', () => {
  it('may be said to be true or false', async () => {
    const long = await zoolog(['ls', one, '--long']);
    expect(await zoolog(['ls', one, '--long=true'])).toEqual(long);
    expect((await zoolog(['ls', one, '--long=false'])).stdout).toBe((await zoolog(['ls', one])).stdout);
    expect((await zoolog(['ls', one, '--', '/--long=maybe'])).stderr).toContain(
      'there is no znode /--long=maybe',
    );
  });
});

describe('a mistake that looks like a question', () => {
  it('is answered with what was probably meant', async () => {
    const hint = async (...args: string[]) => (await zoolog(args)).stderr.split('; ').at(-1)?.trimEnd();
    expect(await hint('log', one, '--error', '101')).toBe('type -101 or NONODE');
    expect(await hint('log', one, '--from', '0x5', '--to', '0x4')).toBe('type --from 0x4 --to 0x5');
    expect(await hint('log', one, '--path', '/a//b/')).toBe('type /a/b');
    expect(await hint('log', one, '--from', '7')).toBe('type 0x7');
  });
});

describe('help', () => {
  it('comes for a command whichever way it is asked for', async () => {
    const { stdout } = await zoolog(['ls', '--help']);
    expect(stdout).toContain('zoolog ls <source> [znode]');
    for (const args of [
      ['help', 'ls'],
      ['--help', 'ls'],
      ['-h', 'ls'],
    ]) {
      expect(await zoolog(args)).toEqual({ code: 0, stdout, stderr: '' });
    }
    const overview = await zoolog(['--help']);
    expect(await zoolog(['help', 'help'])).toEqual(overview);
    expect(overview.stdout).toContain('Commands:');
  });
});
