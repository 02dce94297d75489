// A tree as a folder of files, against what the client of the server read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safeName } from '../../src/export/znode-files.js';
import { rawText } from '../../src/jute/raw-text.js';
import { zoolog } from '../cli/run-cli.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';

const temp = useTempDir();

describe('export --format files', () => {
  it('has the data of each znode in a file of its own, and the rest in a list', async () => {
    const [source, folder] = [join(FIXTURES, 'standalone-3.9.5'), join(temp.path, 'files')];
    const { code, stdout } = await zoolog(['export', source, '--format', 'files', '-o', folder]);
    expect([code, stdout]).toEqual([0, '']);
    const lines = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const read: { path: string; dataBase64: string | null; mzxid: string }[] = lines(
      join(source, 'client.ndjson'),
    );
    const listed: { path: string; dataFile: string | null; mzxid: string }[] = lines(
      join(folder, 'znodes.ndjson'),
    );
    const byPath = new Map(listed.map((row) => [row.path, row]));
    expect(listed).toHaveLength(read.length);
    const used = new Set<string>();
    for (const { path, dataBase64, mzxid } of read) {
      const row = byPath.get(path)!;
      expect(row.mzxid).toBe(mzxid);
      const data = row.dataFile === null ? null : readFileSync(join(folder, row.dataFile)).toString('base64');
      expect(data, path).toBe(dataBase64);
      if (row.dataFile !== null) used.add(row.dataFile.toLowerCase());
    }
    // No two are one file, also where capitals do not count.
    expect(used.size).toBe(listed.filter(({ dataFile }) => dataFile !== null).length);
    expect(byPath.get('/deep/one')!.dataFile).toBe('data/deep/one/=data');
    expect(byPath.get('/plain')!.dataFile).toBe('data/plain');
    expect([byPath.get('/A')!.dataFile, byPath.get('/hard/one')!.dataFile]).toEqual([
      'data/A',
      'data/hard/one',
    ]);
  });

  it('makes nothing of a tree that cannot be read whole, and refuses txns', async () => {
    const folder = join(temp.path, 'none');
    const bad = 'fixtures/poison-3.7.2/version-2/log.1';
    expect((await zoolog(['export', bad, '--format', 'files', '-o', folder])).code).toBe(2);
    expect(
      (await zoolog(['export', 'fixtures/empty-3.9.5', '--what', 'txns', '--format', 'files', '-o', folder]))
        .code,
    ).toBe(2);
    expect(
      (await zoolog(['export', 'fixtures/empty-3.9.5', '/no', '--format', 'files', '-o', folder])).code,
    ).toBe(1);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(temp.path).filter((name) => name.startsWith('.none'))).toEqual([]);
  });

  it.each([
    ['plain-1.2_x', 'plain-1.2_x'],
    ['a b', 'a%20b'],
    ['=data', '%3Ddata'],
    ['..', '%2E%2E'],
    ['ä', '%C3%A4'],
    ['\\xff', '%FF'],
    ['a/b', 'a%2Fb'],
    ['\0', '%00'],
  ])('%s is named %s', (name, safe) => {
    expect(safeName(rawText(name))).toBe(safe);
  });

  it('cuts long names, and keeps them apart', () => {
    const [a, b] = [safeName(rawText(`${'x'.repeat(300)}a`)), safeName(rawText(`${'x'.repeat(300)}b`))];
    expect(a.length).toBeLessThan(230);
    expect(a).not.toBe(b);
  });
});
