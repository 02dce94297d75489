// A loaded snapshot of an index with all that the file had. What an index does not keep is the key of each znode's ACL:
// equal lists share one on every server, and the checksum of the file tells whether that was so.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { formatZxid } from '../records/zxid.js';
import { type AclEntry, OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { AclKeys } from '../snapshot/acl-keys.js';
import { fillRecord } from '../snapshot/fill-record.js';
import type { WholeSnapshot } from '../snapshot/whole-snapshot.js';
import { SNAPSHOT_HEADER } from '../snapshot/write-snapshot.js';
import type { Znode } from '../snapshot/znode.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import { type IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import type { IndexTree } from '../store/index-tree.js';
import { chooseServers } from './index-servers.js';
import type { ResolvedIndex } from './resolve.js';
import type { SourceOptions } from './source-options.js';

/** Opens one. @throws UsageError where there is none, or it has no data. */
export function indexedSnapshot(resolved: ResolvedIndex, options: SourceOptions): WholeSnapshot {
  const reader = new IndexReader(resolved.path);
  try {
    const snapshot = chosen(reader, resolved, options);
    const tree = reader.tree(snapshot);
    if (!tree.hasData)
      throw new UsageError(`${resolved.path} was made without data`, 'name the snapshot file');
    const { trailer, zxid, name, checksum, server } = snapshot;
    return {
      name: `${resolved.path}#${server.cluster}/${server.name} ${name}`,
      zxid,
      header: SNAPSHOT_HEADER,
      sessions: () => tree.sessionTable(),
      acls: () => tree.aclTable(),
      znodes: () => records(tree),
      end: () => trailer,
      checksum,
      close: () => reader.close(),
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function chosen(
  reader: IndexReader,
  { path, who, when }: ResolvedIndex,
  options: SourceOptions,
): IndexedSnapshot {
  if (when !== null && !('zxid' in when)) {
    throw new UsageError(`${path}: a snapshot has a zxid, not a time`, 'type @ and the zxid in its name');
  }
  const { servers, name } = chooseServers(reader, path, who, options);
  if (servers.length > 1) {
    const list = servers.map((server) => `${path}#${server.cluster}/${server.name}`).join(' ');
    throw new UsageError(`${name}: each server has snapshots of its own`, `type one of: ${list}`);
  }
  const loaded = reader
    .snapshots()
    .filter(({ server, isLoaded, isSound }) => isLoaded && isSound && server.id === servers[0]!.id);
  const found = when === null ? loaded[0] : loaded.find(({ zxid }) => zxid === when.zxid);
  if (found !== undefined) return found;
  const what = when === null ? 'no sound snapshot' : `no sound snapshot ${formatZxid(when.zxid)}`;
  const known = loaded.map(({ zxid }) => formatZxid(zxid)).join(', ');
  throw new UsageError(
    `${name}: ${what} is loaded`,
    known === '' ? 'name the snapshot file' : `loaded are ${known}`,
  );
}

function* records(tree: IndexTree): Generator<ZnodeRecord> {
  const record = new ZnodeRecord();
  const keys = new KnownKeys(tree.aclTable());
  for (const znode of tree.inFileOrder({ data: true, numChildren: false })) {
    const { path, data, stat } = znode;
    record.ordinal++;
    fillRecord(record, { path, data: data!, acl: keys.of(znode), stat });
    yield record;
  }
}

/** The znodes that servers make without an ACL; a setACL gives them a key, and raises aversion. */
const WITHOUT_ACL: ReadonlySet<RawText> = new Set(['', '/zookeeper', '/zookeeper/quota'] as RawText[]);

class KnownKeys {
  readonly #lists = new AclKeys();
  /** By the key in `#lists`. */
  readonly #keys = new Map<bigint, bigint>();

  constructor(table: Iterable<AclEntry>) {
    for (const { key, acl } of table) {
      const own = this.#lists.keyOf(acl!);
      if (!this.#keys.has(own)) this.#keys.set(own, key);
    }
  }

  of({ path, acl, stat }: Znode): bigint {
    if (acl === null || (stat.aversion === 0 && WITHOUT_ACL.has(path))) return OPEN_ACL_KEY;
    return this.#keys.get(this.#lists.keyOf(acl)) ?? OPEN_ACL_KEY;
  }
}
