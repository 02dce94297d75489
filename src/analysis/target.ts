// check --for: what a tree is to be moved to.
import type { Release } from '../datadir/release.js';
import { settingsOf } from '../datadir/server-settings.js';
import type { ZooCfg } from '../datadir/zoo-cfg.js';
import { UsageError } from '../errors.js';

/** The name of ClickHouse Keeper, to which clickhouse-keeper-converter takes data. */
const KEEPER = 'clickhouse-keeper';

/** Servers that are to take over: those of a release of ZooKeeper, or ClickHouse Keeper. */
export interface Target {
  /** `3.9.5` or `clickhouse-keeper`. */
  readonly text: string;
  /** Null for ClickHouse Keeper. */
  readonly release: Release | null;
  /** zookeeper.extendedTypesEnabled there. */
  readonly extendedTypes: boolean;
  /** jute.maxbuffer there, in bytes. */
  readonly maxBuffer: number;
}

/**
 * What a tree is to be moved to, as typed. What is undefined is as `config`, the zoo.cfg there, says; no zoo.cfg can
 * set jute.maxbuffer. @throws UsageError for what is neither.
 */
export function parseTarget(
  text: string,
  typed: { readonly extendedTypes?: boolean | undefined; readonly maxBuffer: number },
  config: ZooCfg | null,
): Target {
  const { maxBuffer } = typed;
  if (text === KEEPER) return { text, release: null, extendedTypes: false, maxBuffer };
  try {
    const { release, extendedTypes } = settingsOf({ release: text, ...typed }, { config });
    return { text: release.text, release, extendedTypes, maxBuffer };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message, `type a release from 3.4 to 3.9, or ${KEEPER}`);
  }
}
