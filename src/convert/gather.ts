// From trees to rows: what of each znode goes into the output, and as what. All rules but those that need the whole
// output are applied here, so that afterwards its zxid, its ACL table and every reason against it are known.

import { hasTrait } from '../datadir/release.js';
import { settingsOf } from '../datadir/server-settings.js';
import { UsageError } from '../errors.js';
import { decodedText, type RawText, rawTextOf } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { kindOf, ttlOwner } from '../records/kind.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { maxZxid, type Zxid } from '../records/zxid.js';
import { OPEN_ACL, OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { AclKeys } from '../snapshot/acl-keys.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeFields } from '../snapshot/znode-record.js';
import type { SortRow } from '../store/sort.js';
import { parentPath } from '../tree/paths.js';
import { isInQuotas } from '../tree/quota-paths.js';
import type { RuledAcl } from './acl-rules.js';
import { type Changes, shown } from './changes.js';
import { Filter } from './filter.js';
import { MissingParents } from './missing-parents.js';
import type { ConvertInput, ConvertOptions } from './options.js';
import {
  CONFIG,
  isWithoutAcl,
  newTree,
  type OwnZnode,
  parentsOf,
  QUOTAS,
  ROOT,
  ZOOKEEPER,
} from './own-znodes.js';
import type { Refusals } from './refusals.js';
import { FRESH, NO_SOURCE, RowMaker } from './row.js';

/** A znode that goes into the output. */
interface Wanted {
  readonly fields: ZnodeFields & { readonly path: RawText };
  /** As in `row.ts`. */
  readonly flags: number;
  /** True for a znode of a quota that may lie elsewhere now. */
  readonly quota: boolean;
  /** Its number in its source. */
  readonly ordinal: number;
}

/** Reads the sources. Its fields are whole when `rows` has ended. */
export class Gatherer {
  readonly acls = new AclKeys();
  /** The highest zxid in a stat, and a znode that has it. */
  newestZxid: Zxid = 0n;
  newestPath: RawText = ROOT;
  /** The latest time in a stat, milliseconds since 1970. */
  newestTime = 0n;
  /** Bytes of data of the largest znode. */
  largest = 0;
  largestPath: RawText = ROOT;
  ttlZnodes = 0;
  /** Sessions that own ephemerals that are kept. */
  readonly ephemeralOwners = new Set<bigint>();
  /** Ephemerals that are left out and whose owner is negative. */
  negativeOwners = 0;
  /** By source. */
  readonly read: number[] = [];
  readonly #inputs: readonly ConvertInput[];
  readonly #options: ConvertOptions;
  readonly #changes: Changes;
  readonly #refusals: Refusals;
  readonly #rows = new RowMaker();
  readonly #quotaParents = new Set<RawText>();
  readonly #lastAcl: { from: readonly ACL[] | null; to: RuledAcl } = {
    from: null,
    to: { acl: [], isChanged: false },
  };

  constructor(
    inputs: readonly ConvertInput[],
    options: ConvertOptions,
    changes: Changes,
    refusals: Refusals,
  ) {
    this.#inputs = inputs;
    this.#options = options;
    this.#changes = changes;
    this.#refusals = refusals;
  }

  /** The limit that the target has for a record's length by default, in bytes. */
  get limit(): number {
    return settingsOf({ release: this.#options.target.text }, { config: null }).limit;
  }

  /** The rows of all sources and of what is made up. @throws UsageError where a source has not what was named. */
  *rows(): Generator<SortRow> {
    let n = 0;
    const tos = this.#inputs.flatMap(({ map }) => map.mappings.map(({ to }) => to));
    const own = [...newTree(this.#options.target, this.acls), ...parentsOf(tos)];
    for (const znode of own) yield this.#own(znode, n++);
    for (const [source, input] of this.#inputs.entries()) {
      const missing = input.tree.isPartial ? new MissingParents() : null;
      for (const { fields, flags, quota, ordinal } of this.#wantedOf(input, source)) {
        if (quota) for (const own of this.#parentsOfQuota(fields.path)) yield this.#own(own, n++);
        missing?.add(fields.path);
        yield this.#rows.row(fields, flags, source, ordinal);
      }
      for (const own of missing?.own() ?? []) yield this.#own(own, n++);
    }
  }

  /** What goes into the output of one source. */
  *#wantedOf({ tree, map }: ConvertInput, source: number): Generator<Wanted> {
    const { include, exclude } = this.#options;
    const filter = new Filter(include, exclude, tree);
    if (filter.unused.length > 0) {
      throw new UsageError(
        `--include ${filter.unused[0]} fits nothing in ${tree.name}`,
        'look with: zoolog ls',
      );
    }
    const unseen = new Set(map.mappings.map(({ from }) => from));
    const isIdentity = map.isIdentity;
    const isFiltered = include.length + exclude.length > 0;
    let n = 0;
    for (const znode of tree.znodes({ order: 'file' })) {
      const { path } = znode;
      n++;
      unseen.delete(path);
      if (isFiltered && !this.#isWanted(path, filter)) continue;
      const mapped = isIdentity ? path : map.target(path);
      if (mapped === null) {
        this.#changes.count('left-out', isInQuotas(path) ? 'quota-without-path' : 'not-mapped', path);
        continue;
      }
      if (source > 0 && (path === ZOOKEEPER || path === QUOTAS || path === CONFIG)) continue;
      if (path === CONFIG && !this.#keepsConfig(znode)) continue;
      const fields = this.#fieldsOf(znode, mapped);
      if (fields === null) continue;
      const flags = path === ROOT && mapped !== ROOT ? FRESH : 0;
      if (flags !== 0) this.#changes.add('altered', 'new-place-of-root', path);
      else if (mapped !== path) this.#changes.count('altered', 'moved', path);
      yield { fields, flags, quota: !isIdentity && isInQuotas(mapped), ordinal: n };
    }
    this.read.push(n);
    if (tree.isPartial) unseen.delete(ROOT);
    for (const from of unseen) {
      const hint = tree.isComplete ? 'look with: zoolog ls' : 'the source is damaged: see zoolog doctor';
      throw new UsageError(`there is no znode ${shown(from)} in ${tree.name} to be mapped`, hint);
    }
  }

  #isWanted(path: RawText, filter: Filter): boolean {
    const verdict = filter.verdict(path);
    if (verdict === 'wanted' || verdict === 'parent') return true;
    this.#changes.count('left-out', isInQuotas(path) ? 'quota-without-path' : verdict, path);
    return false;
  }

  /** False where the znode of a new tree takes its place, or none. */
  #keepsConfig({ path, dataLength, stat }: Znode): boolean {
    const { target, keepConfig } = this.#options;
    if (!hasTrait(target, 'createsConfigZnode')) {
      this.#changes.add('left-out', 'config-not-known', path);
      return false;
    }
    if (keepConfig || (dataLength === 0 && stat.mzxid === 0n && stat.version === 0)) return true;
    this.#changes.add('altered', 'config-reset', path);
    return false;
  }

  /** What becomes of a znode; null where it is left out. */
  #fieldsOf(znode: Znode, mapped: RawText): Wanted['fields'] | null {
    const { path, data } = znode;
    if (data === undefined) {
      throw new UsageError(
        'the index was made without data, which a server needs',
        'name the directory, or make the index again without --no-data',
      );
    }
    const stat = this.#statOf(znode, mapped);
    if (stat === null) return null;
    const target = this.#decoded(path, mapped);
    const acl = this.#aclOf(znode, target);
    this.#note(stat, znode);
    return { path: target, data, acl, stat };
  }

  #note({ czxid, mzxid, pzxid, ctime, mtime }: StatPersisted, { path, dataLength }: Znode): void {
    const newest = maxZxid(czxid, maxZxid(mzxid, pzxid));
    if (newest > this.newestZxid) {
      this.newestZxid = newest;
      this.newestPath = path;
    }
    if (ctime > this.newestTime) this.newestTime = ctime;
    if (mtime > this.newestTime) this.newestTime = mtime;
    if (dataLength > this.largest) {
      this.largest = dataLength;
      this.largestPath = path;
    }
  }

  /** The stat with the owner that it has in the output; null for an ephemeral that is left out. */
  #statOf({ path, stat }: Znode, mapped: RawText): StatPersisted | null {
    if (stat.ephemeralOwner === 0n) return stat;
    const { target, keepSessions, containers, ttl: ttlFate, emulate353 } = this.#options;
    const { kind, ttl } = kindOf(stat.ephemeralOwner, emulate353);
    if (kind === 'ephemeral') {
      if (keepSessions) {
        this.ephemeralOwners.add(stat.ephemeralOwner);
        return stat;
      }
      if (stat.ephemeralOwner < 0n) this.negativeOwners++;
      this.#changes.add('left-out', 'ephemeral', path);
      return null;
    }
    if (mapped === ROOT) {
      this.#changes.add('altered', 'root-to-persistent', path);
      return persistent(stat);
    }
    if (kind === 'container') {
      if (containers === 'persistent') {
        this.#changes.add('altered', 'container-to-persistent', path);
        return persistent(stat);
      }
      if (!hasTrait(target, 'knowsContainers')) {
        const what = `a container, which ${target.text} would take for an ephemeral and delete`;
        this.#refusals.add(what, path, '--containers persistent makes it persistent');
      }
      return stat;
    }
    if (ttlFate === 'persistent') {
      this.#changes.add('altered', 'ttl-to-persistent', path);
      return persistent(stat);
    }
    if (!hasTrait(target, 'hasExtendedTypes')) {
      const what = `a TTL znode, which ${target.text} would take for an ephemeral and delete`;
      this.#refusals.add(what, path, '--ttl persistent makes it persistent');
    }
    this.ttlZnodes++;
    const owner = ttlOwner(ttl!);
    if (owner === stat.ephemeralOwner) return stat;
    if (owner === null) {
      this.#refusals.add('a TTL of more than 40 bits', path, '--ttl persistent makes it persistent');
      return stat;
    }
    this.#changes.add('altered', 'ttl-of-353', path);
    return { ...stat, ephemeralOwner: owner };
  }

  /** The path as a server reads it. */
  #decoded(path: RawText, mapped: RawText): RawText {
    const decoded = decodedText(mapped);
    if (decoded === mapped) return mapped;
    const text = rawTextOf(Buffer.from(decoded, 'utf8'));
    if (text !== mapped) this.#changes.add('altered', 'path-decoded', path);
    return text;
  }

  /** The key of the ACL in the output. */
  #aclOf({ path, acl }: Znode, target: RawText): bigint {
    const ruled = this.#ruled(acl, path);
    if (ruled === null) return OPEN_ACL_KEY;
    if (ruled.isChanged) {
      this.#changes.count('altered', this.#options.acls === 'open' ? 'acl-opened' : 'acl-mapped', path);
    }
    return isWithoutAcl(target) && isOpen(ruled.acl) ? OPEN_ACL_KEY : this.acls.keyOf(ruled.acl);
  }

  #ruled(acl: readonly ACL[] | null, path: RawText): RuledAcl | null {
    const { acls } = this.#options;
    // Nobody may write what servers make themselves.
    if (path === CONFIG && acl !== null) return { acl, isChanged: false };
    if (acls === 'open') return { acl: OPEN_ACL, isChanged: acl === null || !isOpen(acl) };
    if (acl === null && this.#options.missingAcls === 'open') {
      this.#changes.add('altered', 'acl-missing', path);
      return { acl: OPEN_ACL, isChanged: false };
    }
    if (acl === null) {
      const hint = '--missing-acls open has it be world:anyone:cdrwa';
      this.#refusals.add('has an ACL that the snapshot does not hold', path, hint);
      return null;
    }
    if (acls === 'keep') return { acl, isChanged: false };
    const last = this.#lastAcl;
    if (last.from !== acl) {
      last.from = acl;
      last.to = acls.apply(acl);
    }
    if (last.to.acl.length === 0 && last.to.isChanged) {
      const what = 'would be left with an empty ACL, which servers take for an open one';
      this.#refusals.add(what, path, 'have a line of --acl-map give it another entry');
    }
    return last.to;
  }

  #own({ path, data, acl, stat, flags }: OwnZnode, n: number): SortRow {
    return this.#rows.row({ path, data, acl, stat }, flags, NO_SOURCE, n);
  }

  /** What must be above a quota that lies elsewhere now. */
  *#parentsOfQuota(path: RawText): Generator<OwnZnode> {
    const parent = parentPath(path);
    if (this.#quotaParents.has(parent)) return;
    this.#quotaParents.add(parent);
    for (const own of parentsOf([path])) if (isInQuotas(own.path)) yield own;
  }
}

function persistent(stat: StatPersisted): StatPersisted {
  return { ...stat, ephemeralOwner: 0n };
}

function isOpen(acl: readonly ACL[]): boolean {
  const [entry, second] = acl;
  if (entry === undefined || second !== undefined) return false;
  const { perms, id } = entry;
  return perms === 31 && id.scheme === 'world' && id.id === 'anyone';
}
