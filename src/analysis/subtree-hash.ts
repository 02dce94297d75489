// SHA-256 of subtrees, as znodes come in canonical order (DESIGN.md 6). Relative to the top: where a tree lies and what
// its top is called is not in it.
//
//   leaf      kind · TTL in ms (8 bytes) · 1 and length (4) and bytes of the data, or 0 for null · ACL entries
//   ACL       count (4), then of each perms (4), and scheme and id as length (4) and bytes of what servers read, in
//             which U+FFFD stands for what is no UTF-8; a null as length -1
//   subtree   SHA-256 of the leaf and of each child in order: length (4) and bytes of its name, its subtree's SHA-256
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { bytesOf, decodedText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { kindOf } from '../records/kind.js';
import type { Znode } from '../snapshot/znode.js';
import { isAtOrBelow, nameOf, parentOf } from './paths.js';

const KINDS = { persistent: 0, ephemeral: 1, container: 2, ttl: 3 } as const;

/** A subtree that is complete. */
export interface HashedSubtree {
  readonly path: RawText;
  /** SHA-256, 32 bytes as latin1. */
  readonly hash: string;
  /** With its top. */
  readonly znodes: number;
  /** Bytes of data. */
  readonly bytes: number;
}

interface Open {
  readonly path: RawText;
  readonly hash: Hash | Hmac;
  znodes: number;
  bytes: number;
}

/** Hashes subtrees; `onSubtree` takes each once it is complete, children before their parent. */
export class SubtreeHasher {
  readonly #open: Open[] = [];
  readonly #onSubtree: (subtree: HashedSubtree) => void;
  readonly #emulate353: boolean;
  readonly #key: Buffer | null;

  /** With a `key` HMAC-SHA256 takes the place of SHA-256: of small values a plain hash could be guessed. */
  constructor(onSubtree: (subtree: HashedSubtree) => void, emulate353 = false, key: Buffer | null = null) {
    this.#onSubtree = onSubtree;
    this.#emulate353 = emulate353;
    this.#key = key;
  }

  /** Takes the next znode in canonical order, with its data. A znode whose parent did not come begins a tree. */
  add(path: RawText, znode: Znode): void {
    for (let above = this.#open.at(-1); above !== undefined; above = this.#open.at(-1)) {
      if (path !== above.path && isAtOrBelow(path, above.path)) break;
      this.#close();
    }
    const hash = this.#key === null ? createHash('sha256') : createHmac('sha256', this.#key);
    hash.update(leaf(znode, this.#emulate353));
    this.#open.push({ path, hash, znodes: 1, bytes: znode.dataLength });
  }

  /** No more znodes come. */
  end(): void {
    while (this.#open.length > 0) this.#close();
  }

  #close(): void {
    const { path, hash, znodes, bytes } = this.#open.pop()!;
    const digest = hash.digest();
    this.#onSubtree({ path, hash: digest.toString('latin1'), znodes, bytes });
    const above = this.#open.at(-1);
    if (above === undefined || path === above.path || parentOf(path) !== above.path) return;
    const name = bytesOf(nameOf(path));
    above.hash.update(u32(name.length)).update(name).update(digest);
    above.znodes += znodes;
    above.bytes += bytes;
  }
}

function leaf({ data, acl, stat }: Znode, emulate353: boolean): Buffer {
  const { kind, ttl } = kindOf(stat.ephemeralOwner, emulate353);
  const head = Buffer.alloc(9);
  head.writeUInt8(KINDS[kind]);
  head.writeBigInt64BE(ttl ?? 0n, 1);
  const content = data == null ? [Buffer.of(0)] : [Buffer.of(1), u32(data.length), data];
  return Buffer.concat([head, ...content, ...(acl === null ? [u32(-1)] : aclBytes(acl))]);
}

function aclBytes(acl: readonly ACL[]): Buffer[] {
  const text = (value: RawText | null) => {
    if (value === null) return [u32(-1)];
    const bytes = Buffer.from(decodedText(value), 'utf8');
    return [u32(bytes.length), bytes];
  };
  return [
    u32(acl.length),
    ...acl.flatMap(({ perms, id }) => [u32(perms), ...text(id.scheme), ...text(id.id)]),
  ];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}
