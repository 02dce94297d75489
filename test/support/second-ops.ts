// What the records of a log do, decoded by plain reads that share nothing with src.
import type { SecondRecord } from './second-reader.js';

/** An op of a record: the record itself, a part of a multi, or a delete that a closeSession lists. */
export interface SecondOp {
  /** Op code; that of a delete for one that is listed. */
  readonly type: number;
  /** A character a byte; absent where the op has none. */
  readonly path?: string;
  /** Bytes of data; absent where the op has none. */
  readonly bytes?: number;
  readonly ephemeral?: boolean;
  /** Of an error. */
  readonly code?: number;
  /** Of a createSession, milliseconds. */
  readonly timeout?: number;
  /** False in a multi of which a part failed. */
  readonly isApplied: boolean;
}

/** The ops of a record of 3.4 and later. A closeSession comes before the deletes it lists. */
export function opsOf({ type, rest }: SecondRecord): SecondOp[] {
  if (type === 14) {
    const parts: SecondOp[] = [];
    let at = 4;
    for (let left = rest.readInt32BE(0); left > 0; left--) {
      const part = rest.readInt32BE(at);
      const length = rest.readInt32BE(at + 4);
      parts.push(single(part, rest.subarray(at + 8, at + 8 + length)));
      at += 8 + length;
    }
    const isApplied = parts.every((part) => part.type !== -1);
    return parts.map((part) => ({ ...part, isApplied }));
  }
  const close = { type, isApplied: true };
  if (type !== -11) return [single(type, rest)];
  const isListed = rest.length > 12 || rest.length === 4;
  if (!isListed) return [close];
  const listed: SecondOp[] = [];
  let at = 4;
  for (let left = rest.readInt32BE(0); left > 0; left--) {
    const path = text(rest, at);
    at += 4 + path.length;
    listed.push({ type: 2, path, isApplied: true });
  }
  return [close, ...listed];
}

function single(type: number, body: Buffer): SecondOp {
  const isApplied = true;
  if (type === -1) return { type, code: body.readInt32BE(0), isApplied };
  if (type === -10) return { type, timeout: body.readInt32BE(0), isApplied };
  const path = text(body, 0);
  const end = 4 + path.length;
  const hasData = [1, 5, 15, 16, 19, 21].includes(type);
  if (!hasData) return { type, path, isApplied };
  const bytes = Math.max(body.readInt32BE(end), 0);
  if (type !== 1 && type !== 15) return { type, path, bytes, isApplied };
  const acls = end + 4 + bytes;
  let at = acls + 4;
  for (let left = body.readInt32BE(acls); left > 0; left--) {
    at += 4;
    at += 4 + body.readInt32BE(at);
    at += 4 + body.readInt32BE(at);
  }
  return { type, path, bytes, ephemeral: body[at] === 1, isApplied };
}

function text(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + 4, at + 4 + bytes.readInt32BE(at));
}
