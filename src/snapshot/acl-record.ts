// One entry of a snapshot's ACL table, without an object for each ACL in it: a damaged count costs nothing, and most
// commands want few lists or none.
//
//   i64 key · i32 count · { i32 perms · ustring scheme · ustring id } each
import type { ByteWindow } from '../container/byte-window.js';
import { FormatError } from '../errors.js';
import { Cursor } from '../jute/cursor.js';
import { MAX_ELEMENTS, MAX_STRING_BYTES } from '../jute/limits.js';
import { type ACL, LEAST_ACL_BYTES, readAcls } from '../records/acl.js';

const LIST_AT = 8;
const FIRST_ACL_AT = 12;
const WHERE = 'ACL table entry';

/**
 * An entry in the reader's buffer, decoded when asked. One object serves the whole table, so what is wanted of it
 * must be taken before the next one is read.
 */
export class AclRecord {
  key = 0n;
  /** Offset of the entry in the plain stream, in bytes. */
  offset = 0;
  /** Bytes of the entry. */
  length = 0;
  buffer: Buffer = Buffer.alloc(0);
  /** Index in `buffer` of the entry's first byte. */
  start = 0;

  /** A view of the list as it is encoded. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start + LIST_AT, this.start + this.length);
  }

  get acl(): readonly ACL[] {
    return decodeAcls(this.bytes);
  }
}

/** The list that an AclRecord's `bytes` are. */
export function decodeAcls(bytes: Buffer): readonly ACL[] {
  return readAcls(new Cursor(bytes, { file: '', base: 0 })) ?? [];
}

/**
 * Sets `record` to the entry at the window's position, and the position behind it; false where its list is null.
 * @throws FormatError where it is cut, or claims what no server would have taken.
 */
export function readAclRecord(window: ByteWindow, record: AclRecord): boolean {
  if (window.end - window.position < FIRST_ACL_AT) window.require(FIRST_ACL_AT, WHERE);
  const count = window.view.getInt32(window.position + LIST_AT);
  if (count > MAX_ELEMENTS) {
    throw errorAt(window, LIST_AT, 'record-too-large', `a list of at most ${MAX_ELEMENTS} entries`, count);
  }
  const least = FIRST_ACL_AT + Math.max(count, 0) * LEAST_ACL_BYTES;
  if (window.end - window.position < least) window.require(least, WHERE);
  let length = FIRST_ACL_AT;
  for (let i = 0; i < count; i++) length = behindText(window, behindText(window, length + 4));
  if (window.end - window.position < length) window.require(length, WHERE);
  record.key = window.view.getBigInt64(window.position);
  record.offset = window.offset;
  record.length = length;
  record.buffer = window.buffer;
  record.start = window.position;
  window.position += length;
  return count !== -1;
}

/** Where the ustring ends that begins `at` bytes behind the window's position. */
function behindText(window: ByteWindow, at: number): number {
  if (window.end - window.position < at + 4) window.require(at + 4, WHERE);
  const length = window.view.getInt32(window.position + at);
  if (length < -1) {
    throw errorAt(window, at, 'length-unreasonable', 'a length of -1 (null), 0 or more', length);
  }
  if (length > MAX_STRING_BYTES) {
    throw errorAt(window, at, 'record-too-large', `a text of at most ${MAX_STRING_BYTES} bytes`, length);
  }
  return at + 4 + Math.max(length, 0);
}

function errorAt({ stream, offset }: ByteWindow, at: number, code: string, expected: string, found: number) {
  return new FormatError({
    code,
    file: stream.file,
    offset: offset + at,
    expected,
    found: `${found}`,
    where: WHERE,
  });
}
