// A tree in memory, so that questions can be tested without files.
import { rawText } from '../../src/jute/raw-text.js';
import type { ACL } from '../../src/records/acl.js';
import type { StatPersisted } from '../../src/records/stat-persisted.js';
import type { Session } from '../../src/snapshot/session.js';
import type { Znode } from '../../src/snapshot/znode.js';
import type { ZnodeOptions, ZnodeSource } from '../../src/source/sources.js';

/** A znode in a few words. */
export interface FakeZnode {
  readonly data?: string | null;
  readonly acl?: readonly ACL[] | null;
  readonly stat?: Partial<StatPersisted>;
}

const STAT: StatPersisted = {
  ...{ czxid: 1n, mzxid: 1n, pzxid: 1n, ctime: 0n, mtime: 0n },
  ...{ version: 0, cversion: 0, aversion: 0, ephemeralOwner: 0n },
};

export function entry(scheme: string, id: string, perms: number): ACL {
  return { perms, id: { scheme: rawText(scheme), id: rawText(id) } };
}

export const OPEN: readonly ACL[] = [entry('world', 'anyone', 31)];

/** A tree of paths ("/" for the root) and what they hold; parents must be given. */
export function fakeTree(
  znodes: Readonly<Record<string, FakeZnode>>,
  sessions: readonly Session[] = [],
): ZnodeSource {
  // As canonical order has it: bytes, with "/" below all others.
  const key = (path: string) => path.replaceAll('/', '\0');
  const all: Znode[] = Object.entries(znodes)
    .map(([path, { data = '', acl = OPEN, stat }]): Znode => {
      const raw = rawText(path === '/' ? '' : path);
      const bytes = data === null ? null : Buffer.from(data);
      return {
        path: raw,
        data: bytes,
        dataLength: bytes?.length ?? 0,
        acl,
        stat: { ...STAT, ...stat },
        numChildren: undefined,
        evidence: { file: 'fake', offset: 0, length: 0 },
      };
    })
    .sort((a, b) => (key(a.path) < key(b.path) ? -1 : 1));
  const childrenOf = (path: string) =>
    all.filter((znode) => znode.path !== '' && znode.path.slice(0, znode.path.lastIndexOf('/')) === path);
  const counted = (znode: Znode): Znode => ({ ...znode, numChildren: childrenOf(znode.path).length });
  return {
    name: 'fake',
    zxid: 0x10n,
    laterTxns: 0,
    problems: [],
    isComplete: true,
    *znodes({ under = '' as never, data = true, numChildren = false }: ZnodeOptions = {}) {
      for (const znode of all) {
        if (under !== '' && znode.path !== under && !znode.path.startsWith(`${under}/`)) continue;
        const shown = data ? znode : { ...znode, data: undefined };
        yield numChildren ? counted(shown) : shown;
      }
    },
    get(path) {
      const found = all.find((znode) => znode.path === path);
      return found === undefined ? null : counted(found);
    },
    children: (path) => childrenOf(path).map(counted),
    childPaths: (path) => childrenOf(path).map((child) => child.path),
    sessions: () => sessions,
    close: () => {},
  };
}

/** Paths as text, "/" for the root. */
export function paths(znodes: Iterable<Znode>): string[] {
  return [...znodes].map(({ path }) => (path === '' ? '/' : path));
}
