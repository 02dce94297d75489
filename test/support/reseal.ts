// Files of servers, changed and then sealed again: damage that no checksum shows.
import { jute, plainAdler32 } from './jute-writer.js';
import { readLogAgain, readSnapshotAgain, type SecondRecord, type SecondSnapshot } from './second-reader.js';

/** A snapshot whose tree (all before the first seal) is what `edit` makes of it; its blocks stay, its seals are right. */
export function resealedSnapshot(
  file: string,
  edit: (tree: Buffer, known: SecondSnapshot) => Buffer,
  blocks: Partial<Pick<SecondSnapshot, 'digest' | 'lastProcessedZxid'>> = {},
): Buffer {
  const known = readSnapshotAgain(file);
  const { digest, lastProcessedZxid } = { ...known, ...blocks };
  const seal = (bytes: Buffer) =>
    Buffer.concat([bytes, jute((w) => w.i64(BigInt(plainAdler32(bytes))).ustring('/'))]);
  let bytes = seal(edit(Buffer.from(known.plain.subarray(0, known.seals[0]!.offset)), known));
  if (digest !== null) {
    const block = jute((w) => w.i64(digest.zxid).i32(digest.version).i64(digest.digest));
    bytes = seal(Buffer.concat([bytes, block]));
  }
  if (lastProcessedZxid !== null) bytes = seal(Buffer.concat([bytes, jute((w) => w.i64(lastProcessedZxid))]));
  return bytes;
}

/** A log whose entries (header, body, digest) are what `edit` makes of them, each in a record with a right checksum. */
export function resealedLog(
  file: string,
  edit: (entries: Buffer[], known: readonly SecondRecord[]) => readonly Buffer[],
): Buffer {
  const { records, plain } = readLogAgain(file);
  const entries = records.map(({ offset, length }) =>
    Buffer.from(plain.subarray(offset + 12, offset + length - 1)),
  );
  const sealed = edit(entries, records).map((entry) =>
    jute((w) =>
      w
        .i64(BigInt(plainAdler32(entry)))
        .i32(entry.length)
        .raw(entry)
        .byte(0x42),
    ),
  );
  return Buffer.concat([plain.subarray(0, 16), ...sealed]);
}

/** `bytes` with `insert` at an offset, in place of so many. */
export function spliced(bytes: Buffer, at: number, remove: number, insert: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}
