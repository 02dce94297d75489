// From sorted rows to a snapshot: parents before their children, each path once, and the tree digest as they pass.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import { clash } from '../tree/path-map.js';
import { TreeDigest } from '../tree/tree-digest.js';
import { digestOfRecord } from '../tree/znode-digest.js';
import type { Changes } from './changes.js';
import { shown } from './changes.js';
import type { ConvertInput } from './options.js';
import { CONFIG, isWithoutAcl } from './own-znodes.js';
import type { Refusals } from './refusals.js';
import { FRESH, FRESH_PZXID, INHERITS, OWN, Row } from './row.js';

/** Where the stat of a znode has what is set here. */
const STAT = { czxid: 0, mzxid: 8, ctime: 16, mtime: 24, cversion: 36, pzxid: 52 } as const;

/** What is the same for the whole output. */
export interface Assembly {
  readonly inputs: readonly ConvertInput[];
  readonly zxid: Zxid;
  /** Milliseconds since 1970. */
  readonly time: bigint;
  readonly changes: Changes;
  readonly refusals: Refusals;
  /** Takes each znode's record. */
  write(record: Buffer): void;
}

/** What was assembled. */
export interface Assembled {
  readonly znodes: number;
  /** Bytes of data. */
  readonly dataBytes: number;
  /** Signed. */
  readonly treeDigest: bigint;
}

/**
 * Writes the znodes of sorted rows.
 * @throws UsageError where two znodes would lie at one path; orphans are refused.
 */
export function assemble(rows: Iterable<Buffer>, assembly: Assembly): Assembled {
  const output = new Output(assembly);
  let held = new Row();
  let next = new Row();
  let heldPath: RawText | null = null;
  for (const bytes of rows) {
    next.set(bytes);
    const { path } = next.znode;
    if (path !== heldPath) {
      if (heldPath !== null) output.add(held, heldPath);
    } else if ((next.flags & OWN) !== 0) {
      // What is made up comes last: it stays away where there is a znode, but its children may want a higher counter.
      const isRaised = raiseCounter(held, next);
      if ((held.flags & OWN) !== 0) held.flags |= next.flags;
      else if (isRaised) assembly.changes.add('altered', 'counter-raised', path);
      continue;
    } else refuseClash(held, next, path, assembly.inputs);
    heldPath = path;
    [held, next] = [next, held];
  }
  if (heldPath !== null) output.add(held, heldPath);
  return output.result;
}

/** Has one znode's cversion be no lower than the other's; true where it was raised. */
function raiseCounter({ znode: to }: Row, { znode: from }: Row): boolean {
  const cversion = from.view.getInt32(from.statStart + STAT.cversion);
  if (to.view.getInt32(to.statStart + STAT.cversion) >= cversion) return false;
  to.view.setInt32(to.statStart + STAT.cversion, cversion);
  return true;
}

/**
 * Of a path that a snapshot has twice the later counts, as on a server.
 * @throws UsageError for two znodes of an export, and for any that are not the same znode of one source.
 */
function refuseClash(first: Row, second: Row, path: RawText, inputs: readonly ConvertInput[]): void {
  const named = ({ source }: Row) => {
    const { tree, map } = inputs[source]!;
    return { tree: tree.name, paths: map.sources(path) };
  };
  const [a, b] = [named(first), named(second)];
  if (first.source === second.source) {
    refuseTwice(inputs[first.source]!.tree, a.paths);
    if (a.paths.length < 2) return;
  }
  const text = ({ tree, paths }: typeof a, at: number) => `${shown(paths[at] ?? path)} of ${tree}`;
  if (first.source === second.source) throw clash(text(a, 0), text(b, 1), path);
  throw clash(
    text(a, 0),
    text(b, 0),
    path,
    hintOf([first, second].map(({ source }) => inputs[source]!.tree)),
  );
}

/** @throws UsageError for an export that has one of the paths on several lines. */
function refuseTwice(tree: ConvertInput['tree'], paths: readonly RawText[]): void {
  for (const path of paths) {
    const lines = tree.linesOf?.(path) ?? [];
    if (lines.length < 2) continue;
    const what = `${tree.name}: lines ${lines.join(' and ')} are both ${shown(path)}`;
    throw new UsageError(what, 'take one of them out');
  }
}

/** What to do where two sources have one path. */
function hintOf(trees: readonly ConvertInput['tree'][]): string {
  const apart = 'put each SOURCE below a path of its own with --into';
  const part = trees.find(({ isPartial }) => isPartial);
  return part === undefined
    ? `${apart}; an --exclude is for all of them`
    : `take out of ${part.name} the lines of what is there already, or ${apart}; an --exclude is for all of them`;
}

class Output {
  znodes = 0;
  dataBytes = 0;
  readonly #digest = new TreeDigest();
  readonly #assembly: Assembly;
  /** The last znode and those above it. */
  readonly #above: { readonly path: RawText; readonly acl: bigint }[] = [];

  constructor(assembly: Assembly) {
    this.#assembly = assembly;
  }

  get result(): Assembled {
    return { znodes: this.znodes, dataBytes: this.dataBytes, treeDigest: this.#digest.value };
  }

  add({ flags, znode, bytes }: Row, path: RawText): void {
    const { zxid, time, changes, refusals, write } = this.#assembly;
    const above = this.#above;
    const parentLength = path.lastIndexOf('/');
    while (above.length > 0 && above.at(-1)!.path.length > parentLength) above.pop();
    const parent = above.at(-1);
    if (parent?.path !== path.slice(0, Math.max(parentLength, 0)) && path !== '') {
      refusals.add('there is no parent of it', path, 'zoolog doctor tells what is wrong with the source');
    }
    const at = znode.statStart;
    const { view } = znode;
    if ((flags & FRESH) !== 0) {
      view.setBigInt64(at + STAT.czxid, zxid);
      view.setBigInt64(at + STAT.mzxid, zxid);
      view.setBigInt64(at + STAT.ctime, time);
      view.setBigInt64(at + STAT.mtime, time);
    }
    if ((flags & FRESH_PZXID) !== 0) view.setBigInt64(at + STAT.pzxid, zxid);
    if ((flags & INHERITS) !== 0 && parent !== undefined) view.setBigInt64(at - 8, parent.acl);
    above.push({ path, acl: znode.acl });
    if ((flags & OWN) !== 0) {
      const isOfServer = isWithoutAcl(path) || path === CONFIG;
      changes.add('added', isOfServer ? 'server' : 'parent', path);
    }
    this.#digest.add(digestOfRecord(znode));
    this.znodes++;
    this.dataBytes += Math.max(znode.dataLength, 0);
    write(bytes);
  }
}
