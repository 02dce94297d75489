// The tree of a directory without a moment: the newest that can be had.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { InputError } from '../../src/errors.js';
import { decodedText } from '../../src/jute/raw-text.js';
import { openTree, resolve } from '../../src/source/open.js';
import { openMoment } from '../../src/source/open-moment.js';
import { SourceLog } from '../../src/source/source-log.js';
import type { ZnodeSource } from '../../src/source/sources.js';
import { buildIndex } from '../../src/store/build-index.js';
import { cut, flip } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { create, logBytes, type TxnSpec } from '../support/log-spec.js';
import { buildSnapshot, NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { heard, thrownBy } from './heard.js';

const temp = useTempDir();
let folders = 0;

function folder(files: Readonly<Record<string, Buffer>>): string {
  const name = `server${++folders}`;
  mkdirSync(join(temp.path, name, 'version-2'), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) temp.write(join(name, 'version-2', file), bytes);
  return join(temp.path, name);
}

const { bytes, marks } = buildSnapshot({ trailer: 'both' });
const fuzzy = snapshotBytes({
  znodes: [...NEW_TREE, { path: '/late', stat: { czxid: 9n, mzxid: 9n, pzxid: 9n } }],
});
const names = (tree: ZnodeSource) =>
  [...tree.znodes()].map(({ path }) => path).filter((path) => !/^$|^.zookeeper/.test(path));

/** Creates of /3, /4, ... as a server without digests logs them. */
function made(count: number, first = 1n): TxnSpec[] {
  return Array.from({ length: count }, (_, i) => {
    const zxid = first + BigInt(i);
    return { zxid, ...create(`/${zxid}`, `data ${zxid}`) };
  });
}

describe('the tree of a directory', () => {
  it('is its newest snapshot and the txns of all logs after it', () => {
    const said = heard();
    const path = folder({
      'snapshot.0': bytes,
      'snapshot.3': bytes,
      'log.1': logBytes({ txns: made(4) }),
      'log.5': logBytes({ txns: made(2, 5n) }),
    });
    const tree = openTree(path, said);
    expect(tree).toMatchObject({ zxid: 6n, laterTxns: 0, name: `${path} at 0x6`, isComplete: true });
    expect(tree.moment).toMatchObject({ zxid: 6n, exactness: 'exact' });
    expect(names(tree)).toEqual(['/4', '/5', '/6']);
    expect(said.notes).toEqual([`${path}: the tree at 0x6, exact`]);
  });

  it('is the snapshot alone where no txn follows it', () => {
    const said = heard();
    const path = folder({ 'snapshot.4': bytes, 'log.1': logBytes({ txns: made(4) }) });
    const tree = openTree(path, said);
    expect(tree).toMatchObject({ zxid: 4n, laterTxns: 0, name: `${path} snapshot.4` });
    expect(tree.moment).toMatchObject({ zxid: 4n, exactness: 'exact' });
    expect(said.notes).toEqual([`${path}: the tree at 0x4, exact`]);
  });

  it('has a txn once that two logs hold', () => {
    const logs = { 'log.1': logBytes({ txns: made(4) }), 'log.3': logBytes({ txns: made(4, 3n) }) };
    const tree = openTree(folder({ 'snapshot.0': bytes, ...logs }), heard());
    expect(names(tree)).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
  });

  it('ends before a hole in the logs, and a note says what is not applied and why', () => {
    const said = heard();
    const logs = { 'log.1': logBytes({ txns: made(3) }), 'log.6': logBytes({ txns: made(2, 6n) }) };
    const path = folder({ 'snapshot.0': bytes, ...logs });
    const tree = openTree(path, said);
    expect(tree).toMatchObject({ zxid: 3n, laterTxns: 2 });
    expect(tree.moment!.exactness).toBe('exact');
    expect(names(tree)).toEqual(['/1', '/2', '/3']);
    expect(said.notes[0]).toBe(
      `${path}: txns between 0x3 and 0x6 are missing, so 2 later txns are not applied`,
    );
  });

  it('begins behind a hole where a snapshot does', () => {
    const logs = { 'log.1': logBytes({ txns: made(3) }), 'log.6': logBytes({ txns: made(2, 6n) }) };
    const tree = openTree(folder({ 'snapshot.0': bytes, 'snapshot.5': bytes, ...logs }), heard());
    expect(tree).toMatchObject({ zxid: 7n, laterTxns: 0 });
  });

  it('is that of an older snapshot where the newest holds more than the logs', () => {
    const said = heard();
    const path = folder({
      'snapshot.0': bytes,
      'snapshot.4': fuzzy,
      'log.1': logBytes({ txns: made(6) }),
    });
    const tree = openTree(path, said);
    expect(tree.moment).toMatchObject({ zxid: 6n, exactness: 'exact' });
    expect(names(tree)).not.toContain('/late');
    expect(said.notes[0]).toBe(
      `${path}: snapshot.4 holds effects of txns up to 0x9, more than the logs have; snapshot.0 taken instead`,
    );
  });

  it('is that newest snapshot all the same where nothing else comes as far', () => {
    const path = folder({
      'snapshot.0': bytes,
      'snapshot.8': fuzzy,
      'log.1': logBytes({ txns: made(3) }),
    });
    const tree = openTree(path, heard());
    expect(tree.moment).toMatchObject({
      zxid: 8n,
      exactness: 'unproven',
      reason: 'snapshot.8 holds effects of txns up to 0x9',
    });
    expect(names(tree)).toEqual(['/late']);
  });

  it('is unproven where nothing says when the snapshot ended', () => {
    const tree = openTree(folder({ 'snapshot.4': snapshotBytes() }), heard());
    expect(tree.moment).toMatchObject({
      exactness: 'unproven',
      reason: expect.stringContaining('writing ended'),
    });
    expect(tree.laterTxns).toBeNull();
  });

  it.each([
    ['cut', cut(bytes, marks.znodes[2]!), 'snapshot-cut'],
    ['of a wrong checksum', flip(bytes, marks.znodes[2]! + 30, 1), 'snapshot-checksum'],
    ['of a wrong trailer', flip(bytes, marks.seals[2]! + 5, 1), 'snapshot-trailer-checksum'],
    ['empty', Buffer.alloc(0), 'file-empty'],
    ['cut within its header', cut(bytes, 18), 'snapshot-cut'],
    ['a log', logBytes(), 'file-swapped'],
  ])('is the one before where the newest is %s', (_, broken, code) => {
    const said = heard();
    const source = openTree(folder({ 'snapshot.2': bytes, 'snapshot.3': broken }), said);
    expect(source).toMatchObject({ zxid: 2n, isComplete: true });
    expect(said.codes()).toContain(code);
    expect(said.notes.join()).toMatch(/snapshot\.3.*snapshot\.2/);
    expect([...source.znodes()]).toHaveLength(4);
    expect(source.isComplete).toBe(true);
  });

  it('cannot be had where no snapshot is sound, or there is none', () => {
    const broken = folder({ 'snapshot.3': cut(bytes, 100) });
    expect(thrownBy(() => openTree(broken, heard()))).toBeInstanceOf(InputError);
    expect(thrownBy(() => openTree(broken, heard())).message).toContain('snapshot.3');
    const none = folder({ 'log.5': logBytes({ txns: made(2, 5n) }) });
    expect(thrownBy(() => openTree(none, heard())).message).toContain('no snapshot');
  });

  it('is the one before where the newest vanished after the directory was listed', () => {
    const path = folder({ 'snapshot.2': bytes, 'snapshot.3': snapshotBytes() });
    const listed = resolve(path, heard());
    if (listed.kind !== 'directory') throw new Error('no directory');
    rmSync(join(path, 'version-2', 'snapshot.3'));
    const said = heard();
    const source = openMoment(listed, null, new SourceLog(said));
    expect(source.zxid).toBe(2n);
    expect(said.codes()).toEqual(['file-unreadable']);
  });
});

describe.each(['standalone-3.4.14', 'load-3.4.14'])('%s without its snapshots', (fixture) => {
  const path = folder({});
  const all = openDataDir(join(FIXTURES, fixture));
  for (const { name, path: file } of all.logs) copyFileSync(file, join(path, 'version-2', name));

  it('begins with the new tree of 3.4, and ends as with them but for what is unproven', () => {
    const said = heard();
    const [without, whole] = [openTree(path, said), openTree(all.path, heard())];
    // A quota below another may have other counts, see fixtures/README.md.
    const rows = (tree: ZnodeSource) =>
      [...tree.znodes({ numChildren: true })]
        .filter((znode) => znode.path !== '/zookeeper/quota/limited/zookeeper_stats')
        .map(({ path, data, acl, stat, numChildren }) => {
          // Read back from a snapshot, an id that is no UTF-8 is another one.
          const ids = acl?.map(({ perms, id }) => [perms, id.scheme, id.id && decodedText(id.id)]);
          return [path, data, ids, Object.entries(stat).sort(), numChildren];
        });
    expect(rows(without)).toEqual(rows(whole));
    expect([...without.sessions()]).toEqual([...whole.sessions()]);
    expect(without.moment).toMatchObject({
      zxid: whole.zxid,
      exactness: 'unproven',
      reason: expect.stringContaining('new tree of 3.4'),
    });
    expect(without.isComplete).toBe(true);
  });

  it('has the moments before its first snapshot', () => {
    const tree = openTree(`${path}@0x3`, heard());
    expect(tree).toMatchObject({ zxid: 3n, moment: { exactness: 'unproven' } });
    expect([...openTree(`${path}@0x0`, heard()).znodes()].map((znode) => znode.path)).toEqual([
      '',
      '/zookeeper',
      '/zookeeper/quota',
    ]);
  });

  it('is the same from an index', () => {
    const file = join(temp.path, `${fixture}.db`);
    buildIndex(file, [{ name: 'c', servers: [{ name: 's', dir: openDataDir(path) }] }]);
    for (const when of ['', '@0x3', '@0x0']) {
      const [tree, expected] = [openTree(`${file}${when}`, heard()), openTree(`${path}${when}`, heard())];
      expect([...tree.znodes()].map(({ path }) => path)).toEqual(
        [...expected.znodes()].map(({ path }) => path),
      );
      expect([tree.zxid, tree.moment]).toEqual([expected.zxid, expected.moment]);
    }
  });
});
