// Trees under other paths: `--map FROM=TO`, for whatever moves, compares or proves a tree (DESIGN.md 6 and 7).
//
//   /=/prod      into a chroot            /prod=/      out of one
//   /a=/b        from one to another      several: of those that a path is below, the longest FROM wins
//
// What no FROM covers is not mapped: it is left out, and whoever maps says how much that was. `/=/` beside another
// mapping keeps the rest in its place. /zookeeper is the server's own and stays; below /zookeeper/quota each path is
// mapped as the path that it is about, its last part zookeeper_limits or zookeeper_stats apart.
import { UsageError } from '../errors.js';
import { displayText, type RawText } from '../jute/raw-text.js';
import { isInQuotas, QUOTAS, splitQuotaPath } from './quota-paths.js';

/** One `FROM=TO`; "" is the root. */
export interface PathMapping {
  readonly from: RawText;
  readonly to: RawText;
}

const ROOT = '' as RawText;
const ZOOKEEPER = '/zookeeper' as RawText;

/** Where the znodes of a tree come to lie. */
export class PathMap {
  /** The longest FROM first; never empty. */
  readonly mappings: readonly PathMapping[];

  /**
   * @param mappings None: everything stays where it is.
   * @throws UsageError for a FROM that is there twice, and for a path in /zookeeper or named as a part of a quota.
   */
  constructor(mappings: readonly PathMapping[] = []) {
    const seen = new Set<RawText>();
    for (const { from, to } of mappings) {
      refuseReserved(from);
      refuseReserved(to);
      if (seen.has(from)) {
        throw new UsageError(`${shown(from)} is mapped twice`, 'a znode comes to lie in one place');
      }
      seen.add(from);
    }
    const all = mappings.length === 0 ? [{ from: ROOT, to: ROOT }] : [...mappings];
    this.mappings = all.sort((a, b) => b.from.length - a.from.length);
  }

  /** True where every znode stays where it is. */
  get isIdentity(): boolean {
    return this.mappings.every(({ from, to }) => from === to) && this.mappings.at(-1)!.from === ROOT;
  }

  /** As it is typed: `/a=/b, /=/prod`. */
  get text(): string {
    return this.mappings.map(({ from, to }) => `${shown(from)}=${shown(to)}`).join(', ');
  }

  /**
   * The path that a znode comes to lie at; null where no FROM covers it.
   * @throws UsageError where it would come to lie in /zookeeper.
   */
  target(path: RawText): RawText | null {
    if (isIn(path, ZOOKEEPER)) return this.#inZookeeper(path);
    const target = this.#targetOf(path);
    if (target === null || !isIn(target, ZOOKEEPER)) return target;
    const what = `${shown(path)} would become ${shown(target)}, which belongs to the server`;
    throw new UsageError(what, `map it to another place: --map ${shown(path)}=/another/place`);
  }

  /**
   * The paths whose znodes would come to lie at `target`, whether there are such znodes or not: none where no TO leads
   * to it, more than one where mappings meet. Two of them that are there clash.
   */
  sources(target: RawText): RawText[] {
    if (!isIn(target, ZOOKEEPER)) return this.#sourcesOf(target);
    if (!isInQuotas(target)) return [target];
    const { about, leaf } = splitQuotaPath(target);
    const sources = isIn(about, ZOOKEEPER) ? [about] : this.#sourcesOf(about);
    // About the root there is no znode in between but /zookeeper/quota itself, which stays.
    return sources
      .filter((source) => source + leaf !== '')
      .map((source) => (QUOTAS + source + leaf) as RawText);
  }

  #inZookeeper(path: RawText): RawText | null {
    if (!isInQuotas(path)) return path;
    const { about, leaf } = splitQuotaPath(path);
    const mapped = isIn(about, ZOOKEEPER) ? about : this.target(about);
    // A znode in between that comes to be about the root is not needed: it would be /zookeeper/quota itself.
    return mapped === null || mapped + leaf === '' ? null : ((QUOTAS + mapped + leaf) as RawText);
  }

  #targetOf(path: RawText): RawText | null {
    const mapping = this.mappingOf(path);
    return mapping === undefined ? null : ((mapping.to + path.slice(mapping.from.length)) as RawText);
  }

  #sourcesOf(target: RawText): RawText[] {
    const sources: RawText[] = [];
    for (const mapping of this.mappings) {
      if (!isIn(target, mapping.to)) continue;
      const source = (mapping.from + target.slice(mapping.to.length)) as RawText;
      if (!isIn(source, ZOOKEEPER) && this.mappingOf(source) === mapping) sources.push(source);
    }
    return sources;
  }

  /** The mapping that moves a path outside of /zookeeper; undefined where none does. */
  mappingOf(path: RawText): PathMapping | undefined {
    return this.mappings.find(({ from }) => isIn(path, from));
  }
}

/**
 * `FROM=TO` as it is typed, in its two paths as they are typed. A path can hold "=": what counts is the one "=/".
 * @throws UsageError where there is none, or several.
 */
export function splitMapping(text: string): readonly [from: string, to: string] {
  const parts = text.split('=/');
  const [from = '', to = ''] = parts;
  if (parts.length === 1) throw new UsageError(`${text || 'nothing'} is no mapping`, 'type --map /FROM=/TO');
  if (parts.length > 2) {
    throw new UsageError(`${text} can be read in several ways`, 'name a parent that has no "=" at its end');
  }
  return [from, `/${to}`];
}

/** What to throw where two znodes come to lie at one path; `hint` is what to do. */
export function clash(
  first: string,
  second: string,
  target: RawText,
  hint = 'map one of them to another place, or leave it out',
): UsageError {
  return new UsageError(`${first} and ${second} would both become ${shown(target)}`, hint);
}

function refuseReserved(path: RawText): void {
  if (splitQuotaPath((QUOTAS + path) as RawText).leaf !== '') {
    const hint = 'servers take such a znode below /zookeeper/quota for a quota; map its parent';
    throw new UsageError(`${shown(path)} has the name of a part of a quota and is not mapped`, hint);
  }
  if (!isIn(path, ZOOKEEPER)) return;
  const hint = 'quotas below /zookeeper/quota move with the paths that they are about';
  throw new UsageError(`${shown(path)} belongs to the server and is not mapped`, hint);
}

/** True for `ancestor` itself and all that is below it. */
function isIn(path: RawText, ancestor: RawText): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}

function shown(path: RawText): string {
  return path === ROOT ? '/' : displayText(path);
}
