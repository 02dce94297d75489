// What convert is asked to do.
import type { Codec } from '../container/plain-stream.js';
import type { Release } from '../datadir/release.js';
import type { ZnodeSource } from '../source/sources.js';
import type { PathMap } from '../tree/path-map.js';
import type { AclRules } from './acl-rules.js';

/** A tree, and where it comes to lie. */
export interface ConvertInput {
  readonly tree: ZnodeSource;
  readonly map: PathMap;
}

/** What becomes of a kind of znode: it stays, or becomes persistent. */
export type KindFate = 'keep' | 'persistent';

/** How trees are converted. */
export interface ConvertOptions {
  readonly target: Release;
  /** Of the output: the newest of the sources (`keep`), the first of the next epoch (`fresh`), or this one. */
  readonly zxid: 'keep' | 'fresh' | bigint;
  readonly codec: Codec;
  /** Path patterns: what they fit and what is below it. Without any, everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** What becomes of ACLs; `open`: all may do everything. */
  readonly acls: AclRules | 'keep' | 'open';
  /** What becomes of a znode whose ACL the source does not have. */
  readonly missingAcls: 'refuse' | 'open';
  readonly containers: KindFate;
  readonly ttl: KindFate;
  /** Keep sessions and ephemerals, for the same cluster. */
  readonly keepSessions: boolean;
  /** Keep the data of /zookeeper/config. */
  readonly keepConfig: boolean;
  /** Write the trailer that servers of the target line write. */
  readonly trailer: boolean;
  /** Read negative owners as TTLs that 3.5.3 wrote. */
  readonly emulate353: boolean;
}
