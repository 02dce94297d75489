// doctor: ephemerals and their sessions, and owners that mean nothing to any release.
import type { RawText } from '../jute/raw-text.js';
import { type Problem, problem } from '../problems.js';
import { CONTAINER_OWNER, kindOf } from '../records/kind.js';
import { formatHex } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { shownPath } from './paths.js';

const OWNER = 44;
/** A closeSession txn above this part of jute.maxbuffer is worth a word. */
const NEAR = 0.8;
/** TxnHeader, the count of paths, and the digest. */
const CLOSE_SESSION_BYTES = 32 + 4 + 12;

/** What is known of a session's ephemerals. */
interface Owned {
  /** Bytes of their paths as a closeSession lists them. */
  bytes: number;
  count: number;
  readonly first: RawText;
  readonly offset: number;
}

/** Follows owners. */
export class OwnerCheck {
  ephemerals = 0;
  /** Ephemerals whose session is not in the table; known once `problems` was asked for. */
  orphaned = 0;
  readonly #sessions = new Set<bigint>();
  readonly #owned = new Map<bigint, Owned>();
  readonly #found: { readonly path: RawText; readonly offset: number; readonly owner: bigint }[] = [];
  readonly #children: { readonly path: RawText; readonly offset: number }[] = [];
  /** By level, whether the znode there is an ephemeral. */
  readonly #isEphemeral: boolean[] = [];

  addSession({ id }: Session): void {
    this.#sessions.add(id);
  }

  /** `parentLevel` is that of its parent among its ancestors, -1 where that is not known. */
  add(znode: ZnodeRecord, parentLevel: number): void {
    const { view, statStart } = znode;
    const isPlain = view.getInt32(statStart + OWNER) === 0 && view.getInt32(statStart + OWNER + 4) === 0;
    const isEphemeral = !isPlain && this.#owner(znode, view.getBigInt64(statStart + OWNER));
    if (parentLevel >= 0 && this.#isEphemeral[parentLevel] && this.#children.length < 1000) {
      this.#children.push({ path: znode.path, offset: znode.offset });
    }
    this.#isEphemeral[parentLevel + 1] = isEphemeral;
  }

  *problems(file: string, isFuzzy: boolean, maxBuffer: number): Generator<Problem> {
    for (const { path, offset, owner } of this.#found) {
      yield problem('owner-unknown', {
        file,
        offset,
        expected: '0, a session, or the mark of a container or TTL znode',
        found: formatHex(owner),
        where: `znode ${shownPath(path)}`,
      });
    }
    for (const { path, offset } of this.#children) {
      const where = `znode ${shownPath(path)}`;
      yield problem('ephemeral-child', {
        file,
        offset,
        expected: 'no child of an ephemeral',
        found: 'one',
        where,
      });
    }
    for (const [session, owned] of this.#owned) {
      const { count, bytes, first, offset } = owned;
      const where = `znode ${shownPath(first)}`;
      const many = count === 1 ? 'this ephemeral' : `this and ${count - 1} more ephemerals`;
      if (!this.#sessions.has(session)) {
        this.orphaned += count;
        // In a fuzzy snapshot the session may have been made after its table was written.
        const code = isFuzzy ? 'ephemeral-session-later' : 'ephemeral-session';
        const found = `none, and it owns ${many}`;
        yield problem(code, {
          file,
          offset,
          expected: `session ${formatHex(session)} in the table`,
          found,
          where,
        });
      }
      const closing = CLOSE_SESSION_BYTES + bytes;
      if (closing > NEAR * maxBuffer) {
        const expected = `a closeSession below jute.maxbuffer, ${maxBuffer} bytes`;
        const found = `${closing} bytes for session ${formatHex(session)} and ${many}`;
        yield problem('session-near-maxbuffer', { file, offset, expected, found, where });
      }
    }
  }

  /** Takes an owner other than 0; true for an ephemeral's. */
  #owner(znode: ZnodeRecord, owner: bigint): boolean {
    const { kind } = kindOf(owner);
    if (kind !== 'ephemeral') return false;
    // Feature bits that no release gives a meaning to (EphemeralType.getFromOwner throws where extended types are on).
    if (BigInt.asUintN(64, owner) >> 56n === 0xffn && owner !== CONTAINER_OWNER) {
      if (this.#found.length < 1000) this.#found.push({ path: znode.path, offset: znode.offset, owner });
    }
    this.ephemerals++;
    const bytes = 4 + znode.pathEnd - znode.pathStart;
    const owned = this.#owned.get(owner);
    if (owned === undefined) {
      this.#owned.set(owner, { bytes, count: 1, first: znode.path, offset: znode.offset });
    } else {
      owned.bytes += bytes;
      owned.count++;
    }
    return true;
  }
}
