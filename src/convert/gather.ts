// From trees to rows: what of each znode goes into the output, and as what. All rules but those that need the whole
// output are applied here, so that afterwards its zxid, its ACL table and every reason against it are known.

import { hasTrait } from '../datadir/release.js';
import { settingsOf } from '../datadir/server-settings.js';
import { UsageError } from '../errors.js';
import { decodedText, type RawText, rawTextOf } from '../jute/raw-text.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { maxZxid, type Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeFields } from '../snapshot/znode-record.js';
import { nothingToMap } from '../source/nothing-to-map.js';
import type { SortRow } from '../store/sort.js';
import { parentPath } from '../tree/paths.js';
import { isInQuotas } from '../tree/quota-paths.js';
import { AclFates } from './acl-fates.js';
import type { Changes } from './changes.js';
import { Filter, isOfServer } from './filter.js';
import { MissingParents } from './missing-parents.js';
import type { ConvertInput, ConvertOptions } from './options.js';
import { CONFIG, newTree, type OwnZnode, parentsOf, QUOTAS, ROOT, ZOOKEEPER } from './own-znodes.js';
import { OwnerFates } from './owner-fates.js';
import type { Refusals } from './refusals.js';
import { FRESH, NO_SOURCE, RowMaker } from './row.js';

const LOOK = 'look with: zoolog ls';
const NOTHING =
  'leave it out; --include, --exclude and --map are for every SOURCE, and ephemerals are left out';

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
  readonly acls: AclFates;
  readonly owners: OwnerFates;
  /** The highest zxid in a stat, and a znode that has it. */
  newestZxid: Zxid = 0n;
  newestPath: RawText = ROOT;
  /** The latest time in a stat, milliseconds since 1970. */
  newestTime = 0n;
  /** Bytes of data of the largest znode. */
  largest = 0;
  largestPath: RawText = ROOT;
  /** By source. */
  readonly read: number[] = [];
  readonly #inputs: readonly ConvertInput[];
  readonly #options: ConvertOptions;
  readonly #changes: Changes;
  readonly #rows = new RowMaker();
  readonly #quotaParents = new Set<RawText>();
  /** Excludes that fitted nothing so far. */
  readonly #idle: Set<string>;

  constructor(
    inputs: readonly ConvertInput[],
    options: ConvertOptions,
    changes: Changes,
    refusals: Refusals,
  ) {
    this.#inputs = inputs;
    this.#options = options;
    this.#changes = changes;
    this.#idle = new Set(options.exclude);
    this.acls = new AclFates(options, changes, refusals);
    this.owners = new OwnerFates(options, changes, refusals);
  }

  /** The limit that the target has for a record's length by default, in bytes. */
  get limit(): number {
    return settingsOf({ release: this.#options.target.text }, { config: null }).limit;
  }

  /** The rows of all sources and of what is made up. @throws UsageError where a source has not what was named. */
  *rows(): Generator<SortRow> {
    let n = 0;
    const tos = this.#inputs.flatMap(({ map }) => map.mappings.map(({ to }) => to));
    const own = [...newTree(this.#options.target, this.acls.keys), ...parentsOf(tos)];
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
    // What one source has not another may have.
    const [idle] = this.#idle;
    if (idle !== undefined) {
      const names = this.#inputs.map(({ tree }) => tree.name).join(' and ');
      throw new UsageError(`--exclude ${idle} fits nothing in ${names}`, LOOK);
    }
  }

  /** What goes into the output of one source. */
  *#wantedOf({ tree, map }: ConvertInput, source: number): Generator<Wanted> {
    const { include, exclude } = this.#options;
    const filter = new Filter(include, exclude, tree, this.#idle);
    if (filter.unused.length > 0) {
      throw new UsageError(`--include ${filter.unused[0]} fits nothing in ${tree.name}`, LOOK);
    }
    const unseen = new Set(map.mappings.map(({ from }) => from));
    const isIdentity = map.isIdentity;
    const isFiltered = include.length + exclude.length > 0;
    let n = 0;
    let ofUsers = 0;
    let given = 0;
    for (const znode of tree.znodes({ order: 'file' })) {
      const { path } = znode;
      n++;
      if (isOfUsers(path)) ofUsers++;
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
      if (isOfUsers(mapped)) given++;
      yield { fields, flags, quota: !isIdentity && isInQuotas(mapped), ordinal: n };
    }
    this.read.push(n);
    if (tree.isPartial) unseen.delete(ROOT);
    for (const from of unseen) throw nothingToMap(from, tree);
    // A tree that is all ephemerals may be converted by itself, for what the server has.
    if (given === 0 && ofUsers > 0 && (tree.isPartial || this.#inputs.length > 1)) {
      throw new UsageError(`${tree.name} gives nothing: all ${ofUsers} of its znodes are left out`, NOTHING);
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
    const stat = this.owners.statOf(znode, mapped);
    if (stat === null) return null;
    const target = this.#decoded(path, mapped);
    const acl = this.acls.keyOf(znode, target);
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

  /** The path as a server reads it. */
  #decoded(path: RawText, mapped: RawText): RawText {
    const decoded = decodedText(mapped);
    if (decoded === mapped) return mapped;
    const text = rawTextOf(Buffer.from(decoded, 'utf8'));
    if (text !== mapped) this.#changes.add('altered', 'path-decoded', path);
    return text;
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

/** False for the root and what is the server's own, which every tree has. */
function isOfUsers(path: RawText): boolean {
  return path !== ROOT && !isOfServer(path);
}
