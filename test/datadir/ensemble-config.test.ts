import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { ensembleFiles, parseEnsemble } from '../../src/datadir/ensemble-config.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';

const temp = useTempDir();

/** A server's directory with a snapshot and these files beside version-2. */
function serverWith(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(temp.path, name);
  mkdirSync(join(path, 'version-2'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('the lines of an ensemble', () => {
  test('tell who votes, and since when', () => {
    const text = [
      'server.1=127.0.0.1:23101:23201:observer;127.0.0.1:34355',
      'server.12=[::1]:2888:3888:participant;[::1]:2181',
      'server.3=zk3:2888:3888;2181',
      'version=1000001c1',
    ].join('\n');
    expect(parseEnsemble(text)).toEqual({ from: 0x1000001c1n, ids: [3, 12], observers: [1], groups: null });
  });
  test('have two ports in zoo.cfg, and no version', () => {
    expect(parseEnsemble('server.1=zk1:2888:3888\nserver.2 = zk2:2888:3888:Observer')).toEqual({
      from: 0n,
      ids: [1],
      observers: [2],
      groups: null,
    });
  });
  test('can weigh servers in groups; a server weighs 1 where nothing is said', () => {
    const text = 'server.1=a:1:2\nserver.2=b:1:2\nserver.5=c:1:2\ngroup.1=1:2\ngroup.7=5\nweight.2=3';
    const groups = new Map([
      [1, { group: 1, weight: 1 }],
      [2, { group: 1, weight: 3 }],
      [5, { group: 7, weight: 1 }],
    ]);
    expect(parseEnsemble(text)).toMatchObject({ ids: [1, 2, 5], groups });
  });
  test.each([
    ['of a server that stands alone', 'tickTime=2000\ndataDir=/data'],
    ['that name only observers', 'server.1=a:1:2:observer'],
    ['that are none', 'server.x=a:1:2\nserver=b\n\0\xff'],
    ['that are empty', ''],
  ])('%s tell nothing', (_, text) => {
    expect(parseEnsemble(text)).toBeNull();
  });
});

describe('the configurations beside the data', () => {
  test('of a real ensemble are all versions of its dynamic file', () => {
    const dir = openDataDir(join(FIXTURES, 'ensemble-3.8.6/zk1'));
    const found = ensembleFiles(dir).map(({ file, text }) => [
      file.replace(/.*\//, ''),
      parseEnsemble(text)!,
    ]);
    expect(found).toEqual([
      ['zoo.cfg.dynamic.100000000', { from: 0x100000000n, ids: [1, 2, 3], observers: [], groups: null }],
      ['zoo.cfg.dynamic.1000001c1', { from: 0x1000001c1n, ids: [2, 3], observers: [1], groups: null }],
      ['zoo.cfg.dynamic.1000001c4', { from: 0x1000001c4n, ids: [1, 2, 3], observers: [], groups: null }],
    ]);
  });
  test('are the lines of zoo.cfg itself where there is no dynamic file', () => {
    const path = serverWith('static', { 'zoo.cfg': 'tickTime=2000\nserver.2=b:1:2\nserver.1=a:1:2\n' });
    const [only, ...more] = ensembleFiles(openDataDir(path));
    expect(only).toEqual({ file: join(path, 'zoo.cfg'), text: 'server.1=a:1:2\nserver.2=b:1:2' });
    expect(more).toEqual([]);
  });
  test('are found under the name that zoo.cfg has, wherever that was, and the proposed one is left out', () => {
    const path = serverWith('named', {
      'zoo.cfg': 'dynamicConfigFile=/etc/zk/members.1f\n',
      'members.1f': 'server.1=a:1:2',
      'members.next': 'server.9=a:1:2',
      'zoo.cfg.dynamic.20': 'server.8=a:1:2',
    });
    const found = ensembleFiles(openDataDir(path));
    expect(found.map(({ text }) => text)).toEqual(['server.1=a:1:2\nversion=1f']);
  });
  test('are none where there is no zoo.cfg', () => {
    const path = serverWith('none', { 'zoo.cfg.dynamic.20': 'server.8=a:1:2' });
    expect(ensembleFiles(openDataDir(path))).toEqual([]);
  });
});
