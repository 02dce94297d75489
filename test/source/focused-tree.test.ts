// Single znodes of an index at a moment, for which only some txns are replayed, against the whole replay.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import type { RawText } from '../../src/jute/raw-text.js';
import type { Znode } from '../../src/snapshot/znode.js';
import { openTree } from '../../src/source/open.js';
import { buildIndex } from '../../src/store/build-index.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { heard } from './heard.js';

const temp = useTempDir();
const NAMES = [
  'load-3.9.5',
  'load-3.6.4',
  'standalone-3.9.5',
  'standalone-3.4.14',
  'load-3.5.10',
  'closesession-off-3.8.6',
];

function lineOf({ path, data, dataLength, acl, stat, numChildren }: Znode): string {
  const stats = Object.entries(stat).map(String).sort();
  return JSON.stringify([path, data?.toString('base64') ?? null, dataLength, acl, stats, numChildren]);
}

describe('single znodes of an index', () => {
  for (const name of NAMES) {
    const { dir, servers } = fixtures().find((one) => one.name === name)!;
    it(`are those of the whole tree: ${name}`, () => {
      const [{ dir: folder, snapshots, lastLoggedZxid }] = servers as [(typeof servers)[number]];
      const file = join(temp.path, `${name}.db`);
      const server = { name: 's', dir: openDataDir(join(dir, folder)) };
      buildIndex(file, [{ name: 'c', servers: [server] }], { snapshots: 'all' });
      const last = Number(lastLoggedZxid);
      const first = snapshots.length > 1 ? Number(`0x${snapshots[0]!.split('.')[1]}`) : last;
      const everywhere = new Set<RawText>();
      let exact = 0;
      for (let i = 1; i <= 5; i++) {
        const zxid = Math.round(first + ((last - first) * i) / 5);
        const source = `${file}@0x${zxid.toString(16)}`;
        const whole = openTree(source, heard({ inexact: true }));
        const single = openTree(source, heard({ inexact: true, singles: true }));
        expect([single.zxid, single.moment?.exactness]).toEqual([whole.zxid, whole.moment?.exactness]);
        if (single.moment?.exactness === 'exact') exact++;
        const znodes = [...whole.znodes({ numChildren: true })];
        for (const { path } of znodes) everywhere.add(path);
        const byPath = new Map(znodes.map((znode) => [znode.path, lineOf(znode)]));
        // Also what was there before and is gone, and what never was.
        const asked = [...everywhere, '/never/there' as RawText].filter((_, n) => n % 23 === i || n < 25);
        for (const path of asked) {
          const znode = single.get(path);
          expect(znode === null ? undefined : lineOf(znode), `${source} ${path}`).toBe(byPath.get(path));
        }
        for (const path of asked.filter((_, n) => n % 3 === 0)) {
          const children = [...whole.children(path)].map(lineOf);
          expect([...single.children(path)].map(lineOf), `${source} ${path}`).toEqual(children);
          expect([...single.childPaths(path)]).toEqual(children.map((line) => JSON.parse(line)[0]));
        }
        whole.close();
        single.close();
      }
      // Digests and blocks prove most of them where there are any.
      if (/-3\.[6-9]/.test(name)) expect(exact).toBeGreaterThan(3);
    });
  }
});
