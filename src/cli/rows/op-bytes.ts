// The common txns from bytes of a log to bytes of ndjson, without a string or an object in between.
//
// Measured on one log of 100,000 txns (2026-11-21, 2 shared cores, CPU time): reading and checksums take 50 ms;
// decoding 135 ms more and lines of strings (op-line.ts) another 230; this takes 130 for both.
//
// It knows creates, deletes, setData, checks, errors and createSession, alone and in a multi, with paths and data of
// printable ASCII, and gives up on all else, on damage above all, which is then for decodeTxn and OpLines. A test
// holds the bytes of both equal.
import { aclRows } from '../../analysis/acl-row.js';
import { Cursor } from '../../jute/cursor.js';
import { readAcls } from '../../records/acl.js';
import { ERROR_NAMES, OP_CODES } from '../../records/op-code.js';
import { DIGEST_VERSION, TXN_DIGEST_BYTES } from '../../records/txn-digest.js';
import { TXN_HEADER_BYTES } from '../../records/txn-header.js';
import { jsonNested, jsonString } from '../../render/json-value.js';
import { formatTime } from '../../render/value.js';
import type { LogRecord } from '../../txnlog/log-record.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const ZERO = 0x30;
/** The most bytes of a line beside what its record holds twice over (each byte may need an escape). */
const FIXED_BYTES = 1024;
/** Of these, the most for an ACL. It takes more bytes in a line than in a record. */
const LONGEST_ACL = FIXED_BYTES / 2;
/** Longer multis are for OpLines: room for their lines would be many times their bytes. */
const LONGEST_MULTI = 64 * 1024;
const HEX = ascii('0123456789abcdef');

// Buffers throughout, for a loop over two classes of arrays takes twice as long.
function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const ZXID = ascii('{"zxid":"0x');
const TIME = ascii('","time":"');
const SESSION = ascii('","session":"0x');
const CXID = ascii('","cxid":');
const PATH = ascii('","path":"');
const MULTI = ascii(',"multi":');
const NOT_APPLIED = ascii(',"applied":false');
const ERROR = ascii(',"error":');
const VERSION = ascii(',"version":');
const PARENT_CVERSION = ascii(',"parentCVersion":');
const EPHEMERAL = [ascii(',"ephemeral":false'), ascii(',"ephemeral":true')] as const;
const TIMEOUT = ascii(',"timeout":');
const LENGTH_OF_DATA = ascii(',"dataLength":');
const DATA = ascii(',"data":"');
const DATA_END = ascii('","dataEncoding":"utf8"');
const NULL_DATA = ascii(',"data":null,"dataEncoding":null');
const DIGEST = ascii(',"digest":"0x');
const OFFSET = ascii('","offset":');
const LENGTH = ascii(',"length":');
const END = ascii('}\n');

const {
  create,
  create2,
  delete: del,
  deleteContainer,
  setData,
  check,
  error,
  createSession,
  multi,
} = OP_CODES;
const TYPES: ReadonlyMap<number, Buffer> = new Map(
  (
    ['create', 'create2', 'delete', 'deleteContainer', 'setData', 'check', 'error', 'createSession'] as const
  ).map((name) => [OP_CODES[name], ascii(`,"type":"${name}`)]),
);

/** What the bytes are not: something that this writer leaves to others. */
const GIVE_UP = -1;

/** Writes lines of ndjson for records; one serves one file. */
export class OpBytes {
  readonly #withData: boolean;
  readonly #file: Buffer;
  #from: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;
  #to: Buffer = Buffer.alloc(0);
  #put = 0;
  /** The line up to the type is the same for all ops of a txn. */
  readonly #head = Buffer.alloc(256);
  #headLength = 0;
  #digestAt = GIVE_UP;
  #second = Number.NaN;
  #secondText: Buffer = Buffer.alloc(0);
  #aclFrom = Buffer.alloc(0);
  #aclJson: Buffer = Buffer.alloc(0);
  readonly #errors = new Map<number, Buffer>();

  /** `shown` is what the file is called in the lines. */
  constructor(shown: string, withData: boolean) {
    this.#withData = withData;
    this.#file = Buffer.from(`,"file":${jsonString(shown).slice(0, -1)}`);
  }

  /** Room that `write` needs for a record. */
  room(record: LogRecord): number {
    // Parts of a multi take 8 bytes or more each, and a whole head and tail in the output.
    const isMulti = record.view.getInt32(record.entryStart + 28) === multi;
    if (isMulti && record.length > LONGEST_MULTI) return 0;
    const parts = isMulti ? record.length / 8 : 1;
    return 2 * record.length + parts * (FIXED_BYTES + this.#file.length);
  }

  /**
   * Writes the lines of a record to `to` at `put`, where there must be `room`, and returns where they end; -1 for a
   * record that it does not know or that is not sound, and then nothing counts that stands behind `put`.
   */
  write(record: LogRecord, to: Buffer, put: number): number {
    const { view, entryStart, entryEnd } = record;
    this.#from = record.buffer;
    this.#view = view;
    this.#to = to;
    this.#put = put;
    const type = view.getInt32(entryStart + 28);
    if (type === multi ? record.length > LONGEST_MULTI : !TYPES.has(type)) return GIVE_UP;
    if (!this.#makeHead(entryStart)) return GIVE_UP;
    this.#at = entryStart + TXN_HEADER_BYTES;
    this.#end = entryEnd;
    this.#digestAt = digestOf(view, entryStart + TXN_HEADER_BYTES, entryEnd, type);
    if (this.#digestAt !== GIVE_UP) this.#end = this.#digestAt;
    const isDone =
      type === multi ? this.#parts(record) : this.#op(type, record, GIVE_UP, true) && this.#at === this.#end;
    return isDone ? this.#put : GIVE_UP;
  }

  #parts(record: LogRecord): boolean {
    const view = this.#view;
    if (this.#end - this.#at < 4) return false;
    const count = view.getInt32(this.#at);
    if (count <= 0) return false;
    const first = this.#at + 4;
    const stop = this.#end;
    let isApplied = true;
    let at = first;
    for (let i = 0; i < count; i++) {
      if (stop - at < 8) return false;
      const length = view.getInt32(at + 4);
      if (length < 0 || length > stop - at - 8) return false;
      if (view.getInt32(at) === error) isApplied = false;
      at += 8 + length;
    }
    if (at !== stop) return false;
    this.#at = first;
    for (let i = 0; i < count; i++) {
      const type = view.getInt32(this.#at);
      const end = this.#at + 8 + view.getInt32(this.#at + 4);
      this.#at += 8;
      this.#end = end;
      // A create of before 3.4 is never in a multi, nor is createSession.
      if (type === createSession || !this.#op(type, record, i, isApplied) || this.#at !== end) return false;
    }
    return true;
  }

  /** One line; the body is read up to where it ends by its own lengths. */
  #op(type: number, record: LogRecord, part: number, isApplied: boolean): boolean {
    const name = TYPES.get(type);
    if (name === undefined) return false;
    this.#copy(this.#head, this.#headLength);
    this.#bytes(name);
    if (type === error || type === createSession) this.#to[this.#put++] = QUOTE;
    else if (!this.#path()) return false;
    if (part >= 0) {
      this.#bytes(MULTI);
      this.#number(part);
    }
    if (!isApplied) this.#bytes(NOT_APPLIED);
    if (!this.#body(type)) return false;
    if (this.#digestAt !== GIVE_UP) {
      this.#bytes(DIGEST);
      this.#hex(this.#view.getUint32(this.#digestAt + 4), this.#view.getUint32(this.#digestAt + 8));
      this.#to[this.#put++] = QUOTE;
    }
    this.#bytes(this.#file);
    this.#bytes(OFFSET);
    this.#number(record.offset);
    this.#bytes(LENGTH);
    this.#number(record.length);
    this.#bytes(END);
    return true;
  }

  #body(type: number): boolean {
    switch (type) {
      case create:
      case create2:
        return this.#create();
      case setData:
        return this.#setData();
      case check:
        return this.#int(VERSION);
      case createSession:
        return this.#int(TIMEOUT);
      case error:
        return this.#error();
      case del:
      case deleteContainer:
        return true;
      default:
        return false;
    }
  }

  // path · data · acl · ephemeral · parentCVersion, and in the line the data at last.
  #create(): boolean {
    const dataAt = this.#at;
    if (!this.#skip()) return false;
    const aclAt = this.#at;
    if (!this.#skipAcl()) return false;
    const aclEnd = this.#at;
    if (this.#end - this.#at !== 5) return false;
    const ephemeral = this.#from[this.#at]!;
    this.#at++;
    if (!this.#int(PARENT_CVERSION)) return false;
    this.#bytes(EPHEMERAL[ephemeral === 0 ? 0 : 1]);
    if (!this.#acl(aclAt, aclEnd)) return false;
    const stop = this.#at;
    this.#at = dataAt;
    const isWritten = this.#data();
    this.#at = stop;
    return isWritten;
  }

  // path · data · version
  #setData(): boolean {
    const dataAt = this.#at;
    if (!this.#skip() || !this.#int(VERSION)) return false;
    const stop = this.#at;
    this.#at = dataAt;
    const isWritten = this.#data();
    this.#at = stop;
    return isWritten;
  }

  #error(): boolean {
    if (this.#end - this.#at < 4) return false;
    const code = this.#view.getInt32(this.#at);
    let text = this.#errors.get(code);
    if (text === undefined) {
      text = ascii(`,"errorName":"${ERROR_NAMES[code] ?? code}"`);
      this.#errors.set(code, text);
    }
    this.#int(ERROR);
    this.#bytes(text);
    return true;
  }

  /** An int with its name. */
  #int(name: Buffer): boolean {
    if (this.#end - this.#at < 4) return false;
    this.#bytes(name);
    this.#number(this.#view.getInt32(this.#at));
    this.#at += 4;
    return true;
  }

  #path(): boolean {
    const length = this.#length();
    if (length < 1) return false;
    this.#bytes(PATH);
    const start = this.#at;
    if (this.#from[start] !== SLASH || !this.#text(length)) return false;
    this.#to[this.#put++] = QUOTE;
    return true;
  }

  #data(): boolean {
    const length = this.#length();
    this.#bytes(LENGTH_OF_DATA);
    this.#number(Math.max(length, 0));
    if (!this.#withData) return true;
    if (length < 0) {
      this.#bytes(NULL_DATA);
      return true;
    }
    this.#bytes(DATA);
    if (!this.#text(length)) return false;
    this.#bytes(DATA_END);
    return true;
  }

  /** Copies printable ASCII with the two escapes that JSON wants; false for anything else. */
  #text(length: number): boolean {
    const from = this.#from;
    const to = this.#to;
    const stop = this.#at + length;
    let put = this.#put;
    for (let at = this.#at; at < stop; at++) {
      const byte = from[at]!;
      if (byte < 0x20 || byte > 0x7e) return false;
      if (byte === QUOTE || byte === BACKSLASH) to[put++] = BACKSLASH;
      to[put++] = byte;
    }
    this.#at = stop;
    this.#put = put;
    return true;
  }

  /** Reads a length that fits what is left, -1 for null; -2 for one that does not. */
  #length(): number {
    const left = this.#end - this.#at - 4;
    if (left < 0) return -2;
    const length = this.#view.getInt32(this.#at);
    if (length < -1 || length > left) return -2;
    this.#at += 4;
    return length;
  }

  /** Passes over a ustring or buffer. */
  #skip(): boolean {
    const length = this.#length();
    if (length < -1) return false;
    this.#at += Math.max(length, 0);
    return true;
  }

  #skipAcl(): boolean {
    if (this.#end - this.#at < 4) return false;
    const count = this.#view.getInt32(this.#at);
    // A null list, or one that is none, is rare.
    if (count < 1) return false;
    this.#at += 4;
    for (let i = 0; i < count; i++) {
      this.#at += 4;
      if (!this.#skip() || !this.#skip()) return false;
    }
    return true;
  }

  /** Most txns have the ACL of the one before. False for one so long that there may be no room for it. */
  #acl(start: number, end: number): boolean {
    if (end - start > LONGEST_ACL) return false;
    const from = this.#from;
    const known = this.#aclFrom;
    let isKnown = known.length === end - start;
    for (let i = 0; isKnown && i < known.length; i++) isKnown = known[i] === from[start + i];
    if (!isKnown) {
      this.#aclFrom = Buffer.from(from.subarray(start, end));
      const acl = readAcls(new Cursor(this.#aclFrom, { file: '', base: 0 }));
      this.#aclJson = Buffer.from(`,"acl":${jsonNested(aclRows(acl))}`);
    }
    if (this.#aclJson.length > LONGEST_ACL) return false;
    this.#bytes(this.#aclJson);
    return true;
  }

  /** False for a time that a Date cannot hold or that lies before 1970. */
  #makeHead(header: number): boolean {
    const view = this.#view;
    const line = this.#to;
    const put = this.#put;
    this.#to = this.#head;
    this.#put = 0;
    this.#bytes(ZXID);
    this.#hex(view.getUint32(header + 12), view.getUint32(header + 16));
    const isGood = this.#time(view.getInt32(header + 20), view.getUint32(header + 24));
    this.#bytes(SESSION);
    this.#hex(view.getUint32(header), view.getUint32(header + 4));
    this.#bytes(CXID);
    this.#number(view.getInt32(header + 8));
    this.#headLength = this.#put;
    this.#to = line;
    this.#put = put;
    return isGood;
  }

  #time(high: number, low: number): boolean {
    // 2100 as a bound: what lies behind is a damaged clock.
    if (high < 0 || high > 1023) return false;
    const ms = high * 2 ** 32 + low;
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = ascii(formatTime(second * 1000).slice(0, -4));
    }
    this.#bytes(TIME);
    this.#bytes(this.#secondText);
    const rest = ms - second * 1000;
    const to = this.#to;
    to[this.#put++] = ZERO + Math.trunc(rest / 100);
    to[this.#put++] = ZERO + (Math.trunc(rest / 10) % 10);
    to[this.#put++] = ZERO + (rest % 10);
    to[this.#put++] = 0x5a;
    return true;
  }

  #hex(high: number, low: number): void {
    const to = this.#to;
    let put = this.#put;
    let isStarted = false;
    for (let shift = 28; shift >= 0; shift -= 4) {
      const digit = (high >>> shift) & 15;
      if (digit !== 0) isStarted = true;
      if (isStarted) to[put++] = HEX[digit]!;
    }
    for (let shift = 28; shift >= 0; shift -= 4) {
      const digit = (low >>> shift) & 15;
      if (digit !== 0 || shift === 0) isStarted = true;
      if (isStarted) to[put++] = HEX[digit]!;
    }
    this.#put = put;
  }

  #number(value: number): void {
    const to = this.#to;
    let rest = value;
    if (rest < 0) {
      to[this.#put++] = 0x2d;
      rest = -rest;
    }
    let digits = 1;
    for (let limit = 10; rest >= limit; limit *= 10) digits++;
    for (let at = this.#put + digits - 1; at >= this.#put; at--) {
      const tenth = Math.trunc(rest / 10);
      to[at] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    this.#put += digits;
  }

  #bytes(bytes: Buffer): void {
    this.#copy(bytes, bytes.length);
  }

  // A loop beats a native call up to some dozen bytes.
  #copy(bytes: Buffer, length: number): void {
    const to = this.#to;
    let put = this.#put;
    for (let i = 0; i < length; i++) to[put++] = bytes[i]!;
    this.#put = put;
  }
}

/**
 * Where the digest stands, -1 for none. Errors have none, and of other txns the last 12 bytes are one where they
 * begin with its version and the body ends there, which `write` checks.
 */
function digestOf(view: DataView, bodyStart: number, end: number, type: number): number {
  const at = end - TXN_DIGEST_BYTES;
  if (type === error || at < bodyStart || view.getInt32(at) !== DIGEST_VERSION) return GIVE_UP;
  return at;
}
