// check --for: what a target makes of a tree, znode by znode.
//
// Facts: FORMAT.md 4, 8 and 10 and their sources there; of ClickHouse Keeper ZooKeeperDataReader.cpp, which is what
// clickhouse-keeper-converter reads with, fixupACL of KeeperStorage.cpp, and the schemes that its documentation names.
import { hasTrait } from '../datadir/release.js';
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { CONTAINER_OWNER, kindOf } from '../records/kind.js';
import { counterOf, formatZxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeSource } from '../source/sources.js';
import { parentPath } from '../tree/paths.js';
import { identityOf } from './app-identity.js';
import type { Target } from './target.js';
import type { TargetTally } from './target-tally.js';

/** A sequence number above this part of 2^31 is worth a word, and a counter above this part of 2^32. */
const NEAR = 0.8;
const LARGEST_INT = 2 ** 31 - 1;
const LARGEST_COUNTER = 2 ** 32 - 1;
/** What a child adds to the answer to getChildren beside its name. */
const LENGTH_BYTES = 4;
const SEQUENTIAL = /\d{10}$/;
const QUOTA = '/zookeeper/quota/';
/** All rights: READ 1, WRITE 2, CREATE 4, DELETE 8, ADMIN 16 (ZooDefs.Perms). */
const PERMS_ALL = 31;

/** What of a tree is no finding, for the heading. */
export interface TreeTotals {
  readonly znodes: number;
  readonly ephemerals: number;
  readonly sessions: number;
}

/** A znode on the way to the current one. */
interface Ancestor {
  readonly path: RawText;
  childBytes: number;
  hasSequential: boolean;
}

/** Reads a tree once. `limit` is the longest data that servers of the target read, in bytes. */
export function checkTree(tree: ZnodeSource, target: Target, limit: number, tally: TargetTally): TreeTotals {
  const rules = new TreeRules(tree, target, limit, tally);
  for (const znode of tree.znodes({ data: target.release === null })) rules.add(znode);
  rules.end();
  return { znodes: rules.znodes, ephemerals: rules.ephemerals, sessions: rules.sessions.size };
}

class TreeRules {
  znodes = 0;
  ephemerals = 0;
  readonly sessions: ReadonlySet<bigint>;
  readonly #tree: ZnodeSource;
  readonly #target: Target;
  readonly #limit: number;
  readonly #tally: TargetTally;
  readonly #ancestors: Ancestor[] = [];
  readonly #quotas: RawText[] = [];
  readonly #checked = new WeakMap<readonly ACL[], readonly Parameters<TargetTally['note']>[]>();

  constructor(tree: ZnodeSource, target: Target, limit: number, tally: TargetTally) {
    this.#tree = tree;
    this.#target = target;
    this.#limit = limit;
    this.#tally = tally;
    this.sessions = new Set([...tree.sessions()].map(({ id }) => id));
  }

  add(znode: Znode): void {
    const { path, stat } = znode;
    this.znodes++;
    this.#climb(znode);
    if (path.startsWith(QUOTA) && path.endsWith('/zookeeper_limits')) this.#quotas.push(path);
    if (path.startsWith('/zookeeper/')) return;
    this.#owner(path, stat.ephemeralOwner);
    this.#size(znode);
    this.#acl(path, znode.acl);
    if (stat.cversion < 0 || stat.cversion > NEAR * LARGEST_INT) this.#tally.note('sequence-ends', path);
    const identity = identityOf(path);
    if (identity !== null) this.#tally.note('app-identity', path, `${identity.app}: ${identity.what}`);
    if (this.#target.release === null && znode.data === null) this.#tally.note('keeper-null-data', path);
  }

  end(): void {
    this.#leave(0);
    this.#quota();
    const { zxid } = this.#tree;
    if (zxid === null) return;
    const counter = counterOf(zxid);
    if (counter > BigInt(Math.floor(NEAR * LARGEST_COUNTER))) {
      const detail = `the counter is at ${counter} of ${LARGEST_COUNTER}`;
      this.#tally.add('zxid-near-rollover', { detail });
    }
    this.#tally.add('zxid-seen', { detail: `clients can have seen ${formatZxid(zxid)}` });
  }

  /** Counts a znode to its parent: in canonical order that one is on the way to it. */
  #climb({ path }: Znode): void {
    let level = this.#ancestors.length;
    if (path === '') level = 0;
    else {
      const parent = parentPath(path);
      while (level > 0 && this.#ancestors[level - 1]!.path !== parent) level--;
    }
    this.#leave(level);
    const parent = this.#ancestors.at(-1);
    if (parent !== undefined) {
      parent.childBytes += path.length - parent.path.length - 1 + LENGTH_BYTES;
      parent.hasSequential ||= SEQUENTIAL.test(path);
    }
    this.#ancestors.push({ path, childBytes: LENGTH_BYTES, hasSequential: false });
  }

  #leave(level: number): void {
    for (const { path, childBytes, hasSequential } of this.#ancestors.splice(level)) {
      if (childBytes >= this.#target.maxBuffer) this.#tally.note('children-beyond-maxbuffer', path);
      if (hasSequential) this.#tally.note('sequence-lost-by-copy', path);
    }
  }

  #owner(path: RawText, owner: bigint): void {
    if (owner === 0n) return;
    const { release, extendedTypes } = this.#target;
    const { kind } = kindOf(owner);
    if (kind === 'container' || kind === 'ttl') {
      if (release === null) this.#tally.note('keeper-owner', path);
      else if (kind === 'container') {
        if (!hasTrait(release, 'knowsContainers')) this.#tally.note('container-deleted', path);
      } else if (!hasTrait(release, 'hasExtendedTypes')) this.#tally.note('ttl-deleted', path);
      else if (!extendedTypes) this.#tally.note('ttl-needs-flag', path);
      return;
    }
    const isOfFeatures = BigInt.asUintN(64, owner) >> 56n === 0xffn;
    if (isOfFeatures && release !== null && extendedTypes && hasTrait(release, 'hasExtendedTypes')) {
      this.#tally.note('owner-refused', path);
    } else if (owner < 0n && owner !== CONTAINER_OWNER && !this.sessions.has(owner)) {
      this.#tally.note('ttl-353', path);
      return;
    }
    this.ephemerals++;
    this.#tally.note(release === null ? 'keeper-ephemerals' : 'ephemerals-live', path);
  }

  #size({ path, dataLength }: Znode): void {
    if (dataLength > this.#limit) this.#tally.note('data-too-large', path);
    else if (dataLength >= this.#target.maxBuffer) this.#tally.note('data-beyond-maxbuffer', path);
  }

  // Few lists serve many znodes.
  #acl(path: RawText, acl: readonly ACL[] | null): void {
    if (acl === null) {
      this.#tally.note('acl-lacking', path);
      return;
    }
    let found = this.#checked.get(acl);
    if (found === undefined) {
      found = aclFindings(acl, this.#target);
      this.#checked.set(acl, found);
    }
    for (const [code, , detail] of found) this.#tally.note(code, path, detail);
  }

  #quota(): void {
    const { release } = this.#target;
    for (const path of this.#quotas) {
      if (release === null) this.#tally.note('quota-unknown', path);
      else if (!hasTrait(release, 'enforcesHardQuotas')) {
        const limits = this.#tree.get(path)?.data?.toString('latin1') ?? '';
        if (limits.includes('HardLimit')) this.#tally.note('quota-hard', path);
      }
    }
  }
}

/** What of an ACL a target makes something else of: codes and details; the path is to be put in. */
function aclFindings(acl: readonly ACL[], target: Target): Parameters<TargetTally['note']>[] {
  const none = '' as RawText;
  const { release } = target;
  if (acl.length === 0) return [['acl-empty', none]];
  const schemes = new Set(acl.map(({ id }) => id.scheme ?? ''));
  const found: Parameters<TargetTally['note']>[] = [];
  for (const scheme of schemes) {
    if (scheme === 'world') continue;
    if (!isKnown(scheme, target)) found.push(['acl-scheme-unknown', none, `scheme ${scheme || '(none)'}`]);
    else if (scheme === 'ip' || scheme === 'host') found.push(['acl-place', none, `scheme ${scheme}`]);
    else if (scheme === 'sasl' || scheme === 'x509') found.push(['acl-realm', none, `scheme ${scheme}`]);
    else found.push(['acl-digest', none]);
  }
  if (release === null && schemes.has('world' as RawText)) {
    if (acl.length > 1) found.push(['keeper-world', none, 'beside others']);
    else if (acl[0]!.perms !== PERMS_ALL) found.push(['keeper-world', none, 'alone']);
  }
  return found;
}

function isKnown(scheme: string, { release }: Target): boolean {
  if (scheme === 'digest') return true;
  if (release === null) return false;
  if (scheme === 'x509') return hasTrait(release, 'knowsX509');
  return scheme === 'ip' || scheme === 'sasl';
}
