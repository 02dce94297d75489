// The common txns from bytes of a log to bytes of ndjson, without a string or an object in between.
//
// Measured on one log of 100,000 txns (2026-11-21, 2 shared cores, CPU time): reading and checksums take 50 ms;
// decoding 135 ms more and lines of strings (op-line.ts) another 230; this takes 70 for both.
//
// It knows creates, deletes, setData, setACL, checks, errors and sessions, alone and in a multi, with paths and data of
// printable ASCII, and gives up on all else, on damage above all, which is then for decodeTxn and OpLines. A test
// holds the bytes of both equal.
import { aclRows } from '../../analysis/acl-row.js';
import { Cursor } from '../../jute/cursor.js';
import { readAcls } from '../../records/acl.js';
import { ERROR_NAMES, OP_CODES } from '../../records/op-code.js';
import { DIGEST_VERSION, TXN_DIGEST_BYTES } from '../../records/txn-digest.js';
import { TXN_HEADER_BYTES } from '../../records/txn-header.js';
import { jsonNested, jsonString } from '../../render/json-value.js';
import { type LogRecord, RECORD_FRAME_BYTES } from '../../txnlog/log-record.js';
import { FixedText, JsonBytes, SLACK_BYTES } from './json-bytes.js';
import { TxnHeadBytes } from './txn-head-bytes.js';

const SLASH = 0x2f;
/** The most bytes of a line beside what its record holds twice over (each byte may need an escape). */
const FIXED_BYTES = 1024;
/** Of these, the most for an ACL. It takes more bytes in a line than in a record. */
const LONGEST_ACL = FIXED_BYTES / 2;
/** Longer multis are for OpLines: room for their lines would be many times their bytes. */
const LONGEST_MULTI = 64 * 1024;

const ascii = (text: string) => new FixedText(text);
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
  setACL,
  check,
  error,
  createSession,
  closeSession,
  multi,
} = OP_CODES;
/** Ops without a path that are never parts of a multi. */
const SESSION_OPS: ReadonlySet<number> = new Set([createSession, closeSession]);
const TYPES: ReadonlyMap<number, FixedText> = new Map(
  [
    ...(['create', 'create2', 'delete', 'deleteContainer', 'setData', 'setACL', 'check', 'error'] as const),
    ...(['createSession', 'closeSession'] as const),
  ].map((name) => [OP_CODES[name], ascii(`,"type":"${name}`)]),
);

/** What the bytes are not: something that this writer leaves to others. */
const GIVE_UP = -1;

/** Writes lines of ndjson for records; one serves one file. */
export class OpBytes {
  readonly #withData: boolean;
  readonly #file: FixedText;
  readonly #out = new JsonBytes();
  readonly #head = new TxnHeadBytes();
  #from: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;
  /** The line up to the type is the same for all ops of a txn. */
  #headStart = 0;
  #headEnd = 0;
  #digestAt = GIVE_UP;
  #aclFrom = Buffer.alloc(0);
  #aclJson = ascii('');
  readonly #errors = new Map<number, FixedText>();

  /** `shown` is what the file is called in the lines. */
  constructor(shown: string, withData: boolean) {
    this.#withData = withData;
    this.#file = ascii(`,"file":${jsonString(shown).slice(0, -1)}`);
  }

  /** Room that `write` needs for a record. */
  room(record: LogRecord): number {
    const { view, entryStart, length } = record;
    const isMulti = view.getInt32(entryStart + 28) === multi;
    if (isMulti && length > LONGEST_MULTI) return 0;
    // Each part of a multi takes a whole head and tail in the output, and 8 bytes or more of the record.
    let parts = 1;
    if (isMulti && length >= RECORD_FRAME_BYTES + TXN_HEADER_BYTES + 4) {
      parts = Math.min(Math.max(view.getInt32(entryStart + TXN_HEADER_BYTES), 1), length / 8);
    }
    return 2 * length + parts * (FIXED_BYTES + this.#file.length) + SLACK_BYTES;
  }

  /**
   * Writes the lines of a record to `to` at `put`, where there must be `room`, and returns where they end; -1 for a
   * record that it does not know or that is not sound, and then nothing counts that stands behind `put`.
   */
  write(record: LogRecord, to: Buffer, put: number): number {
    const { view, entryStart, entryEnd } = record;
    this.#from = record.buffer;
    this.#view = view;
    const out = this.#out;
    out.use(to, put);
    const type = view.getInt32(entryStart + 28);
    if (type === multi ? record.length > LONGEST_MULTI : !TYPES.has(type)) return GIVE_UP;
    if (!this.#head.write(view, entryStart, out)) return GIVE_UP;
    this.#headStart = put;
    this.#headEnd = out.at;
    this.#at = entryStart + TXN_HEADER_BYTES;
    this.#end = entryEnd;
    this.#digestAt = digestOf(view, entryStart + TXN_HEADER_BYTES, entryEnd, type);
    if (this.#digestAt !== GIVE_UP) this.#end = this.#digestAt;
    const isDone =
      type === multi ? this.#parts(record) : this.#op(type, record, GIVE_UP, true) && this.#at === this.#end;
    return isDone ? out.at : GIVE_UP;
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
      if (SESSION_OPS.has(type) || !this.#op(type, record, i, isApplied) || this.#at !== end) return false;
    }
    return true;
  }

  /** One line; the body is read up to where it ends by its own lengths. */
  #op(type: number, record: LogRecord, part: number, isApplied: boolean): boolean {
    const name = TYPES.get(type);
    if (name === undefined) return false;
    const out = this.#out;
    if (part > 0) out.again(this.#headStart, this.#headEnd);
    out.fixed(name);
    if (type === error || SESSION_OPS.has(type)) out.quote();
    else if (!this.#path()) return false;
    if (part >= 0) {
      out.fixed(MULTI);
      out.number(part);
    }
    if (!isApplied) out.fixed(NOT_APPLIED);
    if (!this.#body(type)) return false;
    if (this.#digestAt !== GIVE_UP) {
      out.fixed(DIGEST);
      out.hex(this.#view.getUint32(this.#digestAt + 4), this.#view.getUint32(this.#digestAt + 8));
      out.quote();
    }
    out.fixed(this.#file);
    out.fixed(OFFSET);
    out.number(record.offset);
    out.fixed(LENGTH);
    out.number(record.length);
    out.fixed(END);
    return true;
  }

  #body(type: number): boolean {
    switch (type) {
      case create:
      case create2:
        return this.#create();
      case setData:
        return this.#setData();
      case setACL:
        return this.#setAcl();
      case check:
        return this.#int(VERSION);
      case createSession:
        return this.#int(TIMEOUT);
      case closeSession:
        return this.#closeSession();
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
    this.#out.fixed(EPHEMERAL[ephemeral === 0 ? 0 : 1]);
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

  // path · acl · version, and in the line the ACL at last.
  #setAcl(): boolean {
    const aclAt = this.#at;
    if (!this.#skipAcl()) return false;
    const aclEnd = this.#at;
    return this.#int(VERSION) && this.#acl(aclAt, aclEnd);
  }

  // Before 3.6 nothing, then a list of paths; the deletes that it lists are lines of their own.
  #closeSession(): boolean {
    if (this.#at === this.#end) return true;
    if (this.#end - this.#at !== 4 || this.#view.getInt32(this.#at) > 0) return false;
    this.#at += 4;
    return true;
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
    this.#out.fixed(text);
    return true;
  }

  /** An int with its name. */
  #int(name: FixedText): boolean {
    if (this.#end - this.#at < 4) return false;
    this.#out.fixed(name);
    this.#out.number(this.#view.getInt32(this.#at));
    this.#at += 4;
    return true;
  }

  #path(): boolean {
    const length = this.#length();
    if (length < 1 || this.#from[this.#at] !== SLASH) return false;
    this.#out.fixed(PATH);
    if (!this.#text(length)) return false;
    this.#out.quote();
    return true;
  }

  #data(): boolean {
    const out = this.#out;
    const length = this.#length();
    out.fixed(LENGTH_OF_DATA);
    out.number(Math.max(length, 0));
    if (!this.#withData) return true;
    if (length < 0) {
      out.fixed(NULL_DATA);
      return true;
    }
    out.fixed(DATA);
    if (!this.#text(length)) return false;
    out.fixed(DATA_END);
    return true;
  }

  #text(length: number): boolean {
    const start = this.#at;
    this.#at += length;
    return this.#out.ascii(this.#view, start, length);
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
      this.#aclJson = ascii(`,"acl":${jsonNested(aclRows(acl))}`);
    }
    if (this.#aclJson.length > LONGEST_ACL) return false;
    this.#out.fixed(this.#aclJson);
    return true;
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
