// Access control lists of an index, once each by content and order.
import { displayText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { formatPerms } from '../records/perms.js';
import { LongMap } from '../snapshot/long-map.js';
import { murmurHash128 } from '../tree/murmur-hash.js';
import type { Database, Statement } from './database.js';
import { IndexAcls } from './index-acls.js';
import { toSql } from './sql-text.js';

/** Lists whose content is kept beside their ids: a cluster has few, a hostile file millions. */
const MOST_KNOWN = 10_000;
/** Longer contents are not kept. */
const LONGEST_KNOWN = 1000;

/** Finds or makes the row of an ACL. */
export class AclTable {
  /** Ids by content. */
  readonly #known = new Map<string, number>();
  /** Ids by the hash of the content, of all lists. */
  readonly #ids = new LongMap();
  readonly #acls: IndexAcls;
  readonly #insert: Statement;
  readonly #insertEntry: Statement;
  #count = 0;

  constructor(database: Database) {
    this.#acls = new IndexAcls(database);
    this.#insert = database.prepare('INSERT INTO acl VALUES (?, ?)');
    this.#insertEntry = database.prepare('INSERT INTO acl_entry VALUES (?, ?, ?, ?, ?)');
    for (const id of database.prepare('SELECT id FROM acl ORDER BY id').pluck().iterate()) {
      const acl = this.#acls.get(Number(id));
      this.#ids.set(hashOf(contentOf(acl ?? [])), Number(id));
      this.#count = Number(id);
    }
  }

  /** The id of a list; null for null. */
  idOf(acl: readonly ACL[] | null): number | null {
    if (acl === null) return null;
    const content = contentOf(acl);
    return (
      this.#known.get(content) ?? this.#remember(content, this.#find(content) ?? this.#add(acl, content))
    );
  }

  #find(content: string): number | null {
    const id = this.#ids.get(hashOf(content));
    // Two contents with one hash can be made; nothing depends on a list being there once.
    return id > 0 && contentOf(this.#acls.get(id) ?? []) === content ? id : null;
  }

  #add(acl: readonly ACL[], content: string): number {
    const id = ++this.#count;
    this.#ids.set(hashOf(content), id);
    this.#insert.run(id, aclText(acl));
    acl.forEach((entry, n) => {
      this.#insertEntry.run(id, n, BigInt(entry.perms), toSql(entry.id.scheme), toSql(entry.id.id));
    });
    return id;
  }

  #remember(content: string, id: number): number {
    if (content.length > LONGEST_KNOWN) return id;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(content, id);
    return id;
  }
}

/** A list as one line for people. */
function aclText(acl: readonly ACL[]): string {
  const part = (value: RawText | null) => (value === null ? '' : displayText(value));
  return joined(acl, ',', ({ perms, id }) => `${part(id.scheme)}:${part(id.id)}:${formatPerms(perms)}`);
}

// Lengths make it unambiguous; ids can hold any character.
function contentOf(acl: readonly ACL[]): string {
  const part = (value: RawText | null) => (value === null ? '-' : `${value.length}:${value}`);
  return joined(acl, ' ', ({ perms, id }) => `${perms} ${part(id.scheme)} ${part(id.id)}`);
}

function hashOf(content: string): bigint {
  return murmurHash128(Buffer.from(content, 'latin1')).getBigInt64(0);
}

const PIECE = 1000;

// Piece by piece: the texts of a million entries at once would be many times the whole.
function joined(acl: readonly ACL[], separator: string, text: (entry: ACL) => string): string {
  if (acl.length <= PIECE) return acl.map(text).join(separator);
  const pieces: string[] = [];
  for (let i = 0; i < acl.length; i += PIECE) {
    pieces.push(
      acl
        .slice(i, i + PIECE)
        .map(text)
        .join(separator),
    );
  }
  return pieces.join(separator);
}
