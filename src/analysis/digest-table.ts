// What is known of each znode of a large tree while it is compared: 24 bytes, by its place in the file.
//
//   0, 1 hash of the path · 2, 3 hash of what counts in it · 4 bytes of data · 5 number of its subtree, with marks

/** Numbers of an entry. */
export const ENTRY = 6;
/** Marks beside the number of the subtree. */
export const EPHEMERAL = 1 << 30;
/** Not compared: outside of what was asked for, or apart. */
export const SKIPPED = 1 << 31;
/** The number of the subtree in an entry's last number. */
export const SUBTREE_MASK = EPHEMERAL - 1;

/** Entries in a chunk: a table grows by chunks, so that growing never copies. */
const CHUNK_BITS = 16;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

/** A tree as hashes. Plain data: threads send it. */
export interface DigestTable {
  readonly chunks: readonly Int32Array<ArrayBuffer>[];
  /** cversion of each znode, where it is compared by which is higher; else empty. */
  readonly cversions: readonly Int32Array<ArrayBuffer>[];
  readonly count: number;
  /** Paths of subtrees by their number, as bytes ("" is the root). */
  readonly subtrees: readonly string[];
  /** Znodes of /zookeeper that were skipped because they are apart. */
  readonly zookeeper: number;
}

/** The chunk of an entry. */
export function chunkOf(
  chunks: readonly Int32Array<ArrayBuffer>[],
  ordinal: number,
): Int32Array<ArrayBuffer> {
  return chunks[ordinal >>> CHUNK_BITS]!;
}

/** Where an entry begins in its chunk. */
export function placeOf(ordinal: number): number {
  return (ordinal & CHUNK_MASK) * ENTRY;
}

/** The cversion of an entry. */
export function cversionOf(chunks: readonly Int32Array<ArrayBuffer>[], ordinal: number): number {
  return chunkOf(chunks, ordinal)[ordinal & CHUNK_MASK]!;
}

/** Sets it. */
export function setCversion(
  chunks: readonly Int32Array<ArrayBuffer>[],
  ordinal: number,
  cversion: number,
): void {
  chunkOf(chunks, ordinal)[ordinal & CHUNK_MASK] = cversion;
}

/** True for the first entry of a chunk. */
export function beginsChunk(ordinal: number): boolean {
  return (ordinal & CHUNK_MASK) === 0;
}

export function newChunk(numbersOfAnEntry: number): Int32Array<ArrayBuffer> {
  return new Int32Array((CHUNK_MASK + 1) * numbersOfAnEntry);
}
