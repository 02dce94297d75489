import { utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RawText, rawText } from '../../src/jute/raw-text.js';
import { openTree } from '../../src/source/open.js';
import type { ZnodeOptions, ZnodeSource } from '../../src/source/sources.js';
import { CODECS } from '../support/codecs.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { buildSnapshot, type SnapshotSpec, type ZnodeSpec } from '../support/snapshot-spec.js';
import { type Heard, heard } from './heard.js';

const temp = useTempDir();
let files = 0;

function open(
  spec: SnapshotSpec | Buffer,
  name = `snapshot.${(++files).toString(16)}`,
): [ZnodeSource, Heard] {
  const file = temp.write(name, Buffer.isBuffer(spec) ? spec : buildSnapshot(spec).bytes);
  const options = heard();
  return [openTree(file, options), options];
}

function pathsOf(tree: ZnodeSource, options?: ZnodeOptions): string[] {
  return Array.from(tree.znodes(options), ({ path }) => path);
}

const tree = (...paths: string[]): ZnodeSpec[] =>
  ['', ...paths].map((path) => ({ path, data: `data of ${path}` }));
const path = (text: string) => rawText(text);

describe('the znodes of a snapshot', () => {
  const inFile = ['', '/b', '/b/y', '/b/x', '/a', '/a/k', '/a-b', '/a!', '/A'];
  const canonical = ['', '/A', '/a', '/a/k', '/a!', '/a-b', '/b', '/b/x', '/b/y'];
  const [whole] = open({ znodes: tree(...inFile.slice(1)) });

  it('come in canonical order, siblings by their names and not by path text', () => {
    expect(pathsOf(whole)).toEqual(canonical);
  });

  it("come in the file's order where that is asked for", () => {
    expect(pathsOf(whole, { order: 'file' })).toEqual(inFile);
  });

  it.each(['canonical', 'file'] as const)('in %s order can be those of one subtree', (order) => {
    expect(pathsOf(whole, { order, under: path('/a') })).toEqual(['/a', '/a/k']);
    expect(pathsOf(whole, { order, under: path('/a/k') })).toEqual(['/a/k']);
    expect(pathsOf(whole, { order, under: path('/nope') })).toEqual([]);
  });

  it.each(['canonical', 'file'] as const)('in %s order come with numChildren on request', (order) => {
    const counts = (options: ZnodeOptions) =>
      Object.fromEntries(Array.from(whole.znodes({ order, ...options }), (z) => [z.path, z.numChildren]));
    expect(counts({ numChildren: true })).toMatchObject({ '': 5, '/b': 2, '/a': 1, '/a!': 0 });
    expect(counts({ numChildren: true, under: path('/b') })).toEqual({ '/b': 2, '/b/x': 0, '/b/y': 0 });
    expect(counts({})['']).toBeUndefined();
  });

  it.each(['canonical', 'file'] as const)('in %s order come without data on request', (order) => {
    for (const { data, dataLength, stat } of whole.znodes({ order, data: false })) {
      expect(data).toBeUndefined();
      expect(dataLength).toBeGreaterThan(0);
      expect(stat.czxid).toBe(0n);
    }
  });

  it.each(['canonical', 'file'] as const)('in %s order outlive the reader', (order) => {
    const znodes = [...whole.znodes({ order })];
    for (const { path, data } of znodes) expect(data?.toString()).toBe(`data of ${path}`);
  });

  it.each(CODECS)('are the same from a %s file, with offsets of the plain stream', (codec) => {
    const spec = { znodes: tree(...inFile.slice(1)), codec };
    const [source] = open(spec);
    const { marks } = buildSnapshot(spec);
    const offsets = Array.from(source.znodes({ order: 'file' }), ({ evidence }) => evidence.offset);
    expect(offsets).toEqual(marks.znodes);
    expect(Array.from(source.znodes(), ({ evidence }) => evidence.offset).sort((a, b) => a - b)).toEqual(
      offsets,
    );
  });

  it('keep null data apart from empty data, and every field of the stat', () => {
    const stat = {
      czxid: 1n,
      mzxid: 2n,
      ctime: 3n,
      mtime: 4n,
      version: 5,
      cversion: 6,
      aversion: -7,
      ephemeralOwner: -8n,
      pzxid: 2n ** 62n,
    };
    const [source] = open({
      znodes: [{ path: '' }, { path: '/null', data: null, stat }, { path: '/empty' }],
    });
    for (const order of ['canonical', 'file'] as const) {
      const byPath = new Map(Array.from(source.znodes({ order }), (znode) => [znode.path as string, znode]));
      expect(byPath.get('/null')).toMatchObject({ data: null, dataLength: 0, stat });
      expect(byPath.get('/empty')).toMatchObject({ data: Buffer.alloc(0), dataLength: 0 });
    }
    expect(source.get(path('/null'))).toMatchObject({ data: null, stat });
  });

  it('may have names of any bytes', () => {
    const names = ['\x01', '\x02', '\0', '\xff', ' ', '.'].map((name) => Buffer.from(`/${name}`, 'latin1'));
    const [source] = open({ znodes: [{ path: '' }, ...names.map((path) => ({ path }))] });
    expect(pathsOf(source)).toEqual(['', '/\0', '/\x01', '/\x02', '/ ', '/.', '/\xff']);
  });
});

describe('one znode', () => {
  const [source] = open({
    znodes: tree('/a', '/a/x', '/a/y', '/a/y/z', '/ab'),
    sessions: [
      { id: 9n, timeout: 1 },
      { id: -3n, timeout: 2 },
    ],
  });

  it('is found with its number of children', () => {
    expect(source.get(path('/a'))).toMatchObject({ path: '/a', numChildren: 2, dataLength: 10 });
    expect(source.get('' as RawText)).toMatchObject({ path: '', numChildren: 2 });
    expect(source.get(path('/a/y/z'))).toMatchObject({ numChildren: 0 });
  });

  it('that is not there is null', () => {
    expect(source.get(path('/a/y/zz'))).toBeNull();
    expect(source.get(path('/'))).toBeNull();
  });

  it('has children by name, with their numbers of children', () => {
    const children = Array.from(source.children(path('/a')), (z) => [
      z.path,
      z.numChildren,
      z.data?.toString(),
    ]);
    expect(children).toEqual([
      ['/a/x', 0, 'data of /a/x'],
      ['/a/y', 1, 'data of /a/y'],
    ]);
    expect(Array.from(source.children('' as RawText), (z) => z.path)).toEqual(['/a', '/ab']);
    expect([...source.children(path('/nope'))]).toEqual([]);
  });

  it('stands beside the sessions, which come by id', () => {
    expect([...source.sessions()]).toEqual([
      { id: -3n, timeout: 2 },
      { id: 9n, timeout: 1 },
    ]);
  });
});

describe('what no server writes', () => {
  it('a path that occurs twice: the later record wins and the problem is reported', () => {
    const znodes = [...tree('/a', '/a/x', '/b'), { path: '/a', data: 'later' }];
    const spec = { znodes };
    const [source, said] = open(spec);
    const found = [...source.znodes()];
    expect(found.map((znode) => znode.path)).toEqual(['', '/a', '/a/x', '/b']);
    expect(found[1]!.data!.toString()).toBe('later');
    expect(said.problems).toMatchObject([
      { code: 'znode-duplicate', offset: buildSnapshot(spec).marks.znodes[4] },
    ]);
    expect(source.get(path('/a'))!.data!.toString()).toBe('later');
    expect(source.isComplete).toBe(true);
  });

  it('an orphan is reported and shown', () => {
    const [source, said] = open({ znodes: tree('/a', '/x/y', '/x/y/z') });
    expect(pathsOf(source)).toEqual(['', '/a', '/x/y', '/x/y/z']);
    expect(said.problems).toMatchObject([{ code: 'znode-orphan', where: 'znode /x/y' }]);
    expect(source.isComplete).toBe(false);
  });

  it('a parent that comes after its child makes an orphan of it', () => {
    const [source, said] = open({ znodes: tree('/a/x', '/a') });
    expect(pathsOf(source)).toEqual(['', '/a', '/a/x']);
    expect(said.codes()).toEqual(['znode-orphan']);
  });

  it('a parent that comes before, though not in depth-first order, is found', () => {
    const [source, said] = open({ znodes: tree('/a', '/b', '/a/x', '/b/x', '/a/x/1') });
    expect(Array.from(source.znodes({ numChildren: true }), (z) => z.numChildren)).toEqual([
      2, 1, 1, 0, 1, 0,
    ]);
    expect(said.codes()).toEqual([]);
  });

  it('is reported once, however often the tree is read', () => {
    const [source, said] = open({ znodes: tree('/x/y') });
    pathsOf(source);
    pathsOf(source);
    expect(said.codes()).toEqual(['znode-orphan']);
    expect(source.problems).toHaveLength(1);
  });
});

describe('ACLs', () => {
  it('are those of the table, the open one for key -1, and null for a key that is missing', () => {
    const acl = [
      { perms: 1, scheme: 'digest', id: 'u:x' },
      { perms: 16, scheme: 'ip', id: null },
    ];
    const znodes = [
      { path: '', acl: -1n },
      { path: '/a', acl: 7n },
      { path: '/b', acl: 8n },
      { path: '/c', acl: 8n },
    ];
    const spec = { acls: [{ key: 7n, acl }], znodes };
    const [source, said] = open(spec);
    const open31 = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
    const listed = acl.map(({ perms, scheme, id }) => ({ perms, id: { scheme, id } }));
    for (const order of ['canonical', 'file'] as const) {
      expect(Array.from(source.znodes({ order }), (z) => z.acl)).toEqual([open31, listed, null, null]);
    }
    expect(said.problems).toMatchObject([
      { code: 'acl-missing', offset: buildSnapshot(spec).marks.znodes[2], where: 'znode /b' },
    ]);
    expect(said.problems[0]!.found).toContain('2 znodes');
    expect(source.isComplete).toBe(true);
  });
});

describe('a damaged snapshot', () => {
  const spec = { znodes: tree('/a', '/b', '/c'), trailer: 'both' as const };
  const { bytes, marks } = buildSnapshot(spec);

  it.each(['canonical', 'file'] as const)('that is cut gives what could be read, in %s order', (order) => {
    const [source, said] = open(cut(bytes, marks.znodes[2]! + 20));
    expect(pathsOf(source, { order })).toEqual(['', '/a']);
    expect(said.codes()).toEqual(['snapshot-cut']);
    expect(source.isComplete).toBe(false);
    expect(source.get(path('/a'))).not.toBeNull();
  });

  it('that is cut within its header gives nothing', () => {
    const [source, said] = open(cut(bytes, 18));
    expect(pathsOf(source)).toEqual([]);
    expect(said.codes()).toEqual(['snapshot-cut']);
    expect(source.isComplete).toBe(false);
  });

  it('whose checksum is wrong is not complete: nobody can say what changed', () => {
    const [source, said] = open(flip(bytes, marks.znodes[1]! + 20, 1));
    expect(pathsOf(source)).toHaveLength(4);
    expect(said.codes()).toContain('snapshot-checksum');
    expect(source.isComplete).toBe(false);
  });

  it('whose trailer is wrong has its whole tree', () => {
    const [source, said] = open(flip(bytes, marks.seals[1]! + 5, 1));
    expect(pathsOf(source)).toHaveLength(4);
    expect(said.codes()).toContain('snapshot-trailer-checksum');
    expect(source.isComplete).toBe(true);
  });

  it('that shrinks between two passes is read as far as it goes', () => {
    const [source, said] = open(bytes, 'snapshot.5a');
    expect(pathsOf(source)).toHaveLength(4);
    temp.write('snapshot.5a', cut(bytes, marks.znodes[3]!));
    expect(pathsOf(source)).toEqual(['', '/a', '/b']);
    expect(said.codes()).toContain('snapshot-cut');
  });

  it('that changed since it was opened is reported', () => {
    const [source, said] = open(bytes, 'snapshot.5b');
    utimesSync(`${temp.path}/snapshot.5b`, 1, 1);
    pathsOf(source);
    expect(said.codes()).toEqual(['file-changed']);
  });
});

describe('the zxid of a snapshot', () => {
  it('is in its name', () => {
    expect(open({}, 'snapshot.5000f423b')[0].zxid).toBe(0x5000f423bn);
    expect(open({ codec: 'gzip' }, 'snapshot.7.gz')[0].zxid).toBe(7n);
  });

  it('is not known where the file has another name, which a note says', () => {
    const [source, said] = open({}, 'from-zk1');
    expect(source.zxid).toBeNull();
    expect(source.laterTxns).toBeNull();
    expect(said.notes.join()).toContain('zxid is not known');
  });
});

describe('progress', () => {
  it('tells bytes of the file on disk', () => {
    const file = `${temp.path}/snapshot.99`;
    writeFileSync(file, buildSnapshot({}).bytes);
    const ticks: [string, number, number | null][] = [];
    const source = openTree(file, heard({ onProgress: (...tick) => ticks.push(tick) }));
    pathsOf(source);
    expect(ticks[0]).toEqual([
      `reading ${file}`,
      buildSnapshot({}).bytes.length,
      buildSnapshot({}).bytes.length,
    ]);
  });
});
