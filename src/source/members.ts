// The servers that SOURCEs stand for, each as a SOURCE of its own.
import { UsageError } from '../errors.js';
import type { Zxid } from '../records/zxid.js';
import { IndexReader } from '../store/index-reader.js';
import { chooseServers } from './index-servers.js';
import { type Resolved, resolveAll } from './resolve.js';
import type { SourceOptions } from './source-options.js';

/** A server that is one of several. */
export interface MemberSource {
  /** As it can be typed again. */
  readonly source: string;
  /** False for a snapshot file, which has a tree alone. */
  readonly hasLogs: boolean;
  /** Zxids in the names of its snapshots. */
  readonly snapshots: readonly Zxid[];
  /** First line of myid, and the epoch files; null where they are not there. */
  readonly myid: string | null;
  readonly currentEpoch: bigint | null;
  readonly acceptedEpoch: bigint | null;
  /** True in an index made with --no-data. */
  readonly lacksData: boolean;
}

/**
 * A folder, an archive or a cluster of an index is all of its servers.
 * @throws UsageError for what has no tree, or a moment.
 */
export function memberSources(text: string, options: SourceOptions): MemberSource[] {
  const members: MemberSource[] = [];
  for (const resolved of resolveAll(text, options, '--at ZXID compares all trees at a moment')) {
    try {
      members.push(...membersOf(resolved, options));
    } finally {
      resolved.close();
    }
  }
  return members;
}

function membersOf(resolved: Resolved, options: SourceOptions): MemberSource[] {
  const { name: source } = resolved;
  switch (resolved.kind) {
    case 'index':
      return ofIndex(resolved.path, resolved.who, options);
    case 'directory': {
      const { myid, epochs, snapshots, logs } = resolved.dir;
      const epoch = (name: string) => epochs.find((file) => file.name === name)?.epoch ?? null;
      const files = { currentEpoch: epoch('currentEpoch'), acceptedEpoch: epoch('acceptedEpoch') };
      const zxids = snapshots.map(({ zxid }) => zxid);
      return [{ source, hasLogs: logs.length > 0, snapshots: zxids, myid, ...files, lacksData: false }];
    }
    case 'snapshot':
      return [{ ...UNKNOWN, source, hasLogs: false, snapshots: [], lacksData: false }];
    case 'log':
      throw new UsageError(`${source}: is a txn log, and servers are compared`, 'name its directory');
  }
}

const UNKNOWN = { myid: null, currentEpoch: null, acceptedEpoch: null } as const;

function ofIndex(
  path: string,
  who: Parameters<typeof chooseServers>[2],
  options: SourceOptions,
): MemberSource[] {
  const reader = new IndexReader(path);
  try {
    const { servers } = chooseServers(reader, path, who, options);
    const all = reader.snapshots();
    const { lacksData } = reader;
    const places = new Map(reader.places().map((place) => [place.serverId, place]));
    return servers.map(({ id, cluster, name }) => {
      const snapshots = all.filter(({ server }) => server.id === id).map(({ zxid }) => zxid);
      const { myid, currentEpoch, acceptedEpoch } = places.get(id)!;
      const files = { myid, currentEpoch, acceptedEpoch };
      return { source: `${path}#${cluster}/${name}`, hasLogs: true, snapshots, ...files, lacksData };
    });
  } finally {
    reader.close();
  }
}
