// Every command that reads a tree takes a moment.
import { describe, expect, it } from 'vitest';
import { serversOf } from '../tree/servers.js';
import { rowsOf, zoolog } from './run-cli.js';

const F = 'fixtures/load-3.9.5';

/** The paths there are at a zxid, told from the log alone. */
function plainNames(zxid: bigint): string[] {
  const names = new Set<string>();
  for (const { txn } of serversOf('load-3.9.5')[0]!.txns()) {
    const { header, op } = txn;
    if (header.zxid > zxid) break;
    const ops = op.op !== 'multi' ? [op] : op.failed ? [] : op.ops;
    for (const part of ops) {
      if (part.op === 'closeSession') for (const path of part.paths2Delete ?? []) names.delete(path!);
      if (!('path' in part) || part.path === null) continue;
      if (part.op.startsWith('create')) names.add(part.path);
      if (part.op.startsWith('delete')) names.delete(part.path);
    }
  }
  return [...names].filter((path) => !path.startsWith('/zookeeper')).sort();
}

describe.each(['0x134', '0x777', '0:3000'])('at %s', (when) => {
  const [, counter] = when.split(':');
  const zxid = counter === undefined ? BigInt(when) : BigInt(counter);
  const source = `${F}@${when}`;
  const note = `zoolog: ${F}: the tree at 0x${zxid.toString(16)}, exact\n`;

  it('export, find and ls -R give the znodes of that moment', async () => {
    const expected = plainNames(zxid);
    for (const args of [
      ['export', source],
      ['find', source, '--format', 'ndjson'],
      ['ls', source, '-R', '--format', 'ndjson'],
    ]) {
      const { code, stdout, stderr } = await zoolog(args);
      const paths = rowsOf(stdout).map(({ path }) => path as string);
      const own = paths.filter((path) => path !== '/' && !path.startsWith('/zookeeper')).sort();
      expect([args[0], code, stderr, own]).toEqual([args[0], 0, note, expected]);
    }
  });

  it.each([
    ['get', '/load', '--format', 'json'],
    ['stat', '/load'],
    ['du', '--format', 'csv'],
    ['sessions', '--format', 'csv'],
  ])('%s answers', async (verb, ...rest) => {
    const { code, stderr } = await zoolog([verb!, source, ...rest]);
    expect([code, stderr]).toEqual([0, note]);
  });

  it('json names the moment and how sure the tree is', async () => {
    const { stdout } = await zoolog(['ls', source, '--format', 'json']);
    const at = `0x${zxid.toString(16)}`;
    const laterTxns = [...serversOf('load-3.9.5')[0]!.txns()].filter(
      ({ txn }) => txn.header.zxid > zxid,
    ).length;
    const { rows, ...rest } = JSON.parse(stdout);
    expect(rest).toMatchObject({ source: `${F} at ${at}`, zxid: at, laterTxns, at, exactness: 'exact' });
    expect(rest.reason).toContain('no txn is missing');
  });
});

it('what cannot be had is a mistake of usage, with the text to type instead', async () => {
  const { code, stderr, stdout } = await zoolog(['ls', `${F}@9:1`]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`type ${F}@0xd84`);
  const inexact = await zoolog(['ls', `${F}@9:1`, '--inexact']);
  expect(inexact.code).toBe(0);
  expect(inexact.stderr).toContain('unproven: nothing here is newer than 0xd84');
});

describe('a moment in a time zone', () => {
  it('is local where it says no zone of its own', async () => {
    const at = async (...args: string[]) => (await zoolog(['ls', ...args])).stderr;
    const utc = await at('fixtures/load-3.9.5@2026-11-21T11:35:12');
    expect(utc).toContain('the tree at 0x');
    // Berlin is an hour ahead in winter.
    expect(await at('fixtures/load-3.9.5@2026-11-21T12:35:12', '--tz', 'Europe/Berlin')).toBe(utc);
    expect(await at('fixtures/load-3.9.5@2026-11-21T11:35:12Z', '--tz', 'Europe/Berlin')).toBe(utc);
  });
  it('is refused where clocks jumped over it or struck it twice', async () => {
    for (const [time, why] of [
      ['2026-03-29T02:30', 'does not exist'],
      ['2026-10-25T02:30', 'exists twice'],
    ]) {
      const { code, stderr } = await zoolog(['ls', `fixtures/load-3.9.5@${time}`, '--tz', 'Europe/Berlin']);
      expect([code, stderr]).toEqual([2, expect.stringContaining(why!)]);
    }
  });
});
