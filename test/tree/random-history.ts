// Random histories as a server would have logged them: requests are checked against a plain tree, and what is not
// allowed becomes an error txn.
import fc from 'fast-check';
import type { RawText } from '../../src/jute/raw-text.js';
import type { ACL } from '../../src/records/acl.js';
import type { Op } from '../../src/records/op.js';
import type { LoggedTxn } from '../../src/txnlog/logged-txn.js';
import type { PlainTree } from './plain-tree.js';

const KINDS = ['create', 'create2', 'createContainer', 'createTTL', 'ephemeral'] as const;
const NAMES = ['a', 'a', 'b', Buffer.from('é').toString('latin1')];
const SESSIONS = [0x10_0001n, 0x10_0002n, -5n];

/** What a client asks for. */
export type Request =
  | {
      readonly ask: 'create';
      readonly path: string;
      readonly kind: (typeof KINDS)[number];
      readonly data: string;
    }
  | { readonly ask: 'delete'; readonly path: string }
  | { readonly ask: 'setData'; readonly path: string; readonly data: string | null }
  | { readonly ask: 'setACL'; readonly path: string; readonly perms: number }
  | { readonly ask: 'limit'; readonly path: string }
  | { readonly ask: 'open' | 'close' };

/** A request, or several at once, of a session. */
export interface Asked {
  readonly session: number;
  readonly requests: readonly Request[];
  /** A closeSession lists its ephemerals, as since 3.6. */
  readonly lists: boolean;
}

const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`);
const data = fc.string({ maxLength: 6 });

const request: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ask: fc.constant('create' as const),
      path,
      kind: fc.constantFrom(...KINDS),
      data,
    }),
  },
  { weight: 5, arbitrary: fc.record({ ask: fc.constant('delete' as const), path }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ask: fc.constant('setData' as const),
      path: fc.oneof(path, fc.constant('/')),
      data: fc.option(data),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ask: fc.constant('setACL' as const),
      path: fc.oneof(path, fc.constant('/')),
      perms: fc.integer({ min: 1, max: 31 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('limit' as const), path }) },
);

const opens: Asked[] = SESSIONS.map((_, session) => ({ session, requests: [{ ask: 'open' }], lists: true }));

const some: fc.Arbitrary<Asked[]> = fc.array(
  fc.record({
    session: fc.nat(SESSIONS.length - 1),
    requests: fc.oneof(
      { weight: 8, arbitrary: fc.tuple(request) },
      { weight: 2, arbitrary: fc.array(request, { minLength: 2, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom([{ ask: 'open' as const }], [{ ask: 'close' as const }]) },
    ),
    lists: fc.boolean(),
  }),
  { minLength: 10, maxLength: 80, size: 'max' },
);

/** What clients ask for, in order. */
export const asked: fc.Arbitrary<Asked[]> = some.map((requests) => [...opens, ...requests]);

/** What a server that holds `tree` would log; `tree` is as of the last txn that was given out. */
export function* logOf(requests: readonly Asked[], tree: PlainTree): Generator<LoggedTxn> {
  for (const { session, requests: parts, lists } of requests) {
    const clientId = SESSIONS[session]!;
    const zxid = tree.zxid + 1n;
    const header = { clientId, cxid: 1, zxid, time: 1000n + zxid, type: 0 };
    // Each part is checked against what the parts before it do.
    const ahead = tree.copy();
    const ops = parts.flatMap((part) => {
      const made = opsOf(part, ahead, clientId, lists, (op) =>
        ahead.applyOp(op, clientId, zxid, header.time),
      );
      return made ?? [{ op: 'error' as const, err: -101 }];
    });
    const failed = ops.some(({ op }) => op === 'error');
    const op: Op = ops.length === 1 ? ops[0]! : { op: 'multi', ops, failed };
    const txn = { header, op, digest: null, trailingBytes: 0 };
    tree.apply(txn);
    const digest = op.op === 'error' ? null : { version: 2, treeDigest: tree.digest() };
    yield { txn: { ...txn, digest }, evidence: { file: 'log.1', offset: Number(zxid) * 100, length: 100 } };
  }
}

/** The ops that a request becomes, each given to `apply`; null where the server refuses it. */
function opsOf(
  request: Request,
  tree: PlainTree,
  session: bigint,
  lists: boolean,
  apply: (op: Op) => void,
): Op[] | null {
  const ops: Op[] = [];
  const add = (op: Op) => {
    ops.push(op);
    apply(op);
  };
  const znode = 'path' in request ? tree.znodes.get(request.path === '/' ? '' : request.path) : undefined;
  switch (request.ask) {
    case 'create': {
      const parent = tree.znodes.get(request.path.slice(0, request.path.lastIndexOf('/')));
      if (znode !== undefined || parent === undefined || SESSIONS.includes(parent.owner)) return null;
      if (request.kind === 'ephemeral' && !tree.sessions.has(session)) return null;
      add(createOf(request.kind, request.path, request.data, parent.cversion + 1));
      break;
    }
    case 'delete':
      if (znode === undefined || hasChildren(tree, request.path)) return null;
      add({ op: 'delete', path: request.path as RawText });
      break;
    case 'setData': {
      if (znode === undefined) return null;
      const data = request.data === null ? null : Buffer.from(request.data);
      add({ op: 'setData', path: request.path as RawText, data, version: znode.version + 1 });
      break;
    }
    case 'setACL':
      if (znode === undefined) return null;
      add({
        op: 'setACL',
        path: request.path as RawText,
        acl: aclOf(request.perms),
        version: znode.aversion + 1,
      });
      break;
    case 'limit': {
      if (znode === undefined) return null;
      const limits = `/zookeeper/quota${request.path}/zookeeper_limits`;
      if (tree.znodes.has(limits)) {
        for (const name of ['limits', 'stats']) {
          add({ op: 'delete', path: limits.replace(/limits$/, name) as RawText });
        }
        break;
      }
      const steps = limits.split('/').slice(3, -1);
      let at = '/zookeeper/quota';
      for (const step of [...steps, 'zookeeper_limits', 'zookeeper_stats']) {
        const path = `${at}/${step}`;
        const { cversion } = tree.znodes.get(at)!;
        if (!tree.znodes.has(path)) add(createOf('create', path, 'count=1,bytes=1', cversion + 1));
        if (!step.startsWith('zookeeper_') || steps.includes(step)) at = path;
      }
      break;
    }
    case 'open':
      add({ op: 'createSession', timeOut: 4000 });
      break;
    case 'close': {
      if (!tree.sessions.has(session)) return null;
      const own = [...tree.znodes]
        .filter(([, { owner }]) => owner === session)
        .map(([path]) => path as RawText);
      add({ op: 'closeSession', paths2Delete: lists ? own : null });
    }
  }
  return ops;
}

function createOf(kind: (typeof KINDS)[number], path: string, text: string, parentCVersion: number): Op {
  const fields = { path: path as RawText, data: Buffer.from(text), acl: aclOf(31), parentCVersion };
  if (kind === 'createTTL') return { op: kind, ...fields, ttl: 5000n };
  if (kind === 'createContainer') return { op: kind, ...fields };
  return { op: kind === 'create2' ? kind : 'create', ...fields, ephemeral: kind === 'ephemeral' };
}

function aclOf(perms: number): ACL[] {
  return [{ perms, id: { scheme: 'world' as RawText, id: 'anyone' as RawText } }];
}

function hasChildren(tree: PlainTree, path: string): boolean {
  return [...tree.znodes.keys()].some((other) => other.startsWith(`${path}/`));
}
