// Which znodes: the conditions of `find`, put together into one test.
import type { RawText } from '../jute/raw-text.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import { formatPerms } from '../records/perms.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeSource } from '../source/sources.js';
import type { PathPattern } from '../tree/glob.js';
import { isAtOrBelow, ROOT, shownPath } from './paths.js';

/** Conditions on a znode; all that are given must hold. Sizes are bytes of data, both ends inclusive. */
export interface ZnodeQuery {
  /** Only this znode and what is below it. */
  readonly under?: RawText | undefined;
  readonly path?: PathPattern | undefined;
  /** Over the path as it is shown. */
  readonly pathRegex?: RegExp | undefined;
  readonly kinds?: ReadonlySet<ZnodeKind> | undefined;
  readonly owner?: bigint | undefined;
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly minChildren?: number | undefined;
  readonly maxChildren?: number | undefined;
  /** Which of a znode's times and zxids the ranges are about (default modified). */
  readonly timeOf?: 'created' | 'modified' | undefined;
  /** Milliseconds since 1970, inclusive. */
  readonly since?: bigint | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: bigint | undefined;
  /** `children`: pzxid (default modified). */
  readonly zxidOf?: 'created' | 'modified' | 'children' | undefined;
  /** Inclusive. */
  readonly fromZxid?: bigint | undefined;
  /** Inclusive. */
  readonly toZxid?: bigint | undefined;
  /** Over `scheme:id` of each ACL entry. */
  readonly acl?: RegExp | undefined;
  /** Anyone may do more than read. */
  readonly aclOpen?: boolean | undefined;
  /** In the data, as UTF-8 bytes. */
  readonly contains?: string | undefined;
  /** Over the data as UTF-8 text. */
  readonly matches?: RegExp | undefined;
  readonly emulate353?: boolean | undefined;
}

type Test = (znode: Znode) => boolean;

/** What found znodes shall hold beside what the query itself needs. */
export interface FindOptions {
  /** Default false. */
  readonly data?: boolean;
  /** Default false. */
  readonly numChildren?: boolean;
}

/** The znodes that meet a query, in canonical order. */
export function* find(tree: ZnodeSource, query: ZnodeQuery, options: FindOptions = {}): Generator<Znode> {
  const under = narrowest(query);
  if (under === null) return;
  const tests = znodeTests(query);
  const needsData = query.contains !== undefined || query.matches !== undefined;
  const needsChildren = query.minChildren !== undefined || query.maxChildren !== undefined;
  const data = needsData || (options.data ?? false);
  const numChildren = needsChildren || (options.numChildren ?? false);
  for (const znode of tree.znodes({ under, data, numChildren })) {
    if (tests.every((test) => test(znode))) yield znode;
  }
}

/** Where a query can find anything at all; null for nowhere. */
function narrowest({ under = ROOT, path }: ZnodeQuery): RawText | null {
  const fixed = path?.under ?? ROOT;
  if (isAtOrBelow(fixed, under)) return fixed;
  return isAtOrBelow(under, fixed) ? under : null;
}

/** The tests of a query, those that cost least first. */
function znodeTests(query: ZnodeQuery): readonly Test[] {
  const tests: Test[] = [];
  const add = <T>(value: T | undefined, test: (value: T) => Test): void => {
    if (value !== undefined) tests.push(test(value));
  };
  add(
    query.minSize,
    (min) =>
      ({ dataLength }) =>
        dataLength >= min,
  );
  add(
    query.maxSize,
    (max) =>
      ({ dataLength }) =>
        dataLength <= max,
  );
  add(
    query.minChildren,
    (min) =>
      ({ numChildren }) =>
        numChildren! >= min,
  );
  add(
    query.maxChildren,
    (max) =>
      ({ numChildren }) =>
        numChildren! <= max,
  );
  add(
    query.owner,
    (owner) =>
      ({ stat }) =>
        stat.ephemeralOwner === owner,
  );
  add(
    query.kinds,
    (kinds) =>
      ({ stat }) =>
        kinds.has(kindOf(stat.ephemeralOwner, query.emulate353).kind),
  );
  const time = query.timeOf === 'created' ? 'ctime' : 'mtime';
  add(
    query.since,
    (since) =>
      ({ stat }) =>
        stat[time] >= since,
  );
  add(
    query.until,
    (until) =>
      ({ stat }) =>
        stat[time] < until,
  );
  const zxid = ({ created: 'czxid', modified: 'mzxid', children: 'pzxid' } as const)[
    query.zxidOf ?? 'modified'
  ];
  add(
    query.fromZxid,
    (from) =>
      ({ stat }) =>
        stat[zxid] >= from,
  );
  add(
    query.toZxid,
    (to) =>
      ({ stat }) =>
        stat[zxid] <= to,
  );
  add(
    query.path,
    ({ regex }) =>
      ({ path }) =>
        regex.test(path === ROOT ? '/' : path),
  );
  add(
    query.pathRegex,
    (regex) =>
      ({ path }) =>
        regex.test(shownPath(path)),
  );
  add(
    query.acl,
    (regex) =>
      ({ acl }) =>
        acl?.some(({ id }) => regex.test(`${id.scheme}:${id.id}`)) ?? false,
  );
  if (query.aclOpen) tests.push(isOpen);
  add(query.contains, (text) => containing(Buffer.from(text)));
  add(
    query.matches,
    (regex) =>
      ({ data }) =>
        data != null && regex.test(data.toString('utf8')),
  );
  return tests;
}

function containing(bytes: Buffer): Test {
  return ({ data }) => data?.includes(bytes) ?? false;
}

const MORE_THAN_READ = /[cdwa]/;

function isOpen({ acl }: Znode): boolean {
  return (
    acl?.some(({ id, perms }) => {
      return id.scheme === 'world' && id.id === 'anyone' && MORE_THAN_READ.test(formatPerms(perms));
    }) ?? false
  );
}
