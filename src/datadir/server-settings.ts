// A server that is to load a directory: its release, and those of its settings that decide whether and how.
import type { DataDir } from './data-dir.js';
import { hasTrait, parseRelease, type Release } from './release.js';
import type { ZooCfg } from './zoo-cfg.js';

/** What is known of a server. What is left out comes from the directory's zoo.cfg, else it is the release's default. */
export interface ServerSpec {
  /** `3.9.5`, or `3.9` for the tested patch of the line. */
  readonly release: string;
  /** zookeeper.extendedTypesEnabled, default false. */
  readonly extendedTypes?: boolean | undefined;
  /** zookeeper.emulate353TTLNodes, default false. */
  readonly emulate353?: boolean | undefined;
  /** zookeeper.digest.enabled, default true. */
  readonly digestEnabled?: boolean | undefined;
  /** zookeeper.closeSessionTxn.enabled, default true. */
  readonly closeSessionTxn?: boolean | undefined;
  /** zookeeper.serializeLastProcessedZxid.enabled, default true. */
  readonly lastZxidBlock?: boolean | undefined;
  /** zookeeper.snapshot.trust.empty, default false. */
  readonly trustEmpty?: boolean | undefined;
  /** zookeeper.db.autocreate, default true. */
  readonly dbAutocreate?: boolean | undefined;
  /** jute.maxbuffer in bytes, default 0xfffff. No zoo.cfg can set it. */
  readonly maxBuffer?: number | undefined;
  /** zookeeper.jute.maxbuffer.extrasize in bytes, default as many as maxBuffer. */
  readonly extraBuffer?: number | undefined;
  /** zookeeper.snapshot.compression.method: what the snapshot is named that it writes. */
  readonly compression?: string | undefined;
  /** Default: as zoo.cfg says; without one a directory with epoch files or myid is that of a quorum member. */
  readonly mode?: ServerMode | undefined;
}

/** `quorum` is a member of an ensemble. */
export type ServerMode = 'standalone' | 'quorum';

/** A server with everything decided. */
export interface ServerSettings {
  readonly release: Release;
  readonly extendedTypes: boolean;
  readonly emulate353: boolean;
  /** True where it reads the digest block of a snapshot. */
  readonly readsDigestBlock: boolean;
  /** True where it reads the lastProcessedZxid block. */
  readonly readsLastZxidBlock: boolean;
  /** True where it reads the list of paths in a closeSession. */
  readonly readsCloseSessionLists: boolean;
  readonly trustEmpty: boolean;
  readonly dbAutocreate: boolean;
  /** The longest string, buffer or txn it reads, in bytes; negative where it reads none at all. */
  readonly limit: number;
  /** What the name of a snapshot that it writes ends with: "", ".gz" or ".snappy". */
  readonly extension: string;
}

const MAX_BUFFER = 0xfffff;
const SMALLEST_EXTRA = 1024;
const MAX_INT = 2 ** 31 - 1;

/** Decides what is left open. @throws UsageError for a release that is not known. */
export function settingsOf(spec: ServerSpec, { config }: Pick<DataDir, 'config'>): ServerSettings {
  const release = parseRelease(spec.release);
  const flag = (value: boolean | undefined, key: string, other: boolean) =>
    value ?? booleanOf(config, key) ?? other;
  const method = (spec.compression ?? config?.['snapshot.compression.method'] ?? '').toLowerCase();
  const isCompressed = hasTrait(release, 'readsCompressed') && (method === 'gz' || method === 'snappy');
  return {
    release,
    extendedTypes:
      hasTrait(release, 'hasExtendedTypes') && flag(spec.extendedTypes, 'extendedTypesEnabled', false),
    emulate353: flag(spec.emulate353, 'emulate353TTLNodes', false),
    readsDigestBlock:
      hasTrait(release, 'readsDigestBlock') && flag(spec.digestEnabled, 'digest.enabled', true),
    readsLastZxidBlock:
      hasTrait(release, 'readsLastZxidBlock') &&
      flag(spec.lastZxidBlock, 'serializeLastProcessedZxid.enabled', true),
    readsCloseSessionLists:
      hasTrait(release, 'readsCloseSessionLists') &&
      flag(spec.closeSessionTxn, 'closeSessionTxn.enabled', true),
    trustEmpty: hasTrait(release, 'trustsEmpty') && flag(spec.trustEmpty, 'snapshot.trust.empty', false),
    dbAutocreate: flag(spec.dbAutocreate, 'db.autocreate', true),
    limit: limitOf(release, spec),
    extension: isCompressed ? `.${method}` : '',
  };
}

/** The longest length that BinaryInputArchive.checkLength lets pass. */
function limitOf(release: Release, { maxBuffer = MAX_BUFFER, extraBuffer = maxBuffer }: ServerSpec): number {
  if (!hasTrait(release, 'padsMaxBuffer')) return maxBuffer;
  const extra = hasTrait(release, 'doublesMaxBuffer')
    ? Math.max(extraBuffer, SMALLEST_EXTRA)
    : SMALLEST_EXTRA;
  const sum = maxBuffer + extra;
  return hasTrait(release, 'boundsMaxBuffer') ? Math.min(sum, MAX_INT) : sum | 0;
}

// Boolean.getBoolean: true in any case of letters, anything else is false.
function booleanOf(config: ZooCfg | null, key: string): boolean | undefined {
  const value = config?.[key];
  return value === undefined ? undefined : value.trim().toLowerCase() === 'true';
}
