// Differences of two snapshot files from their bytes to bytes of ndjson, without a string or an object in between.
//
// It gives up on paths and data that are no printable ASCII and on odd times; such rows are made as others are. A test
// holds the bytes of both equal.
import { aclRows } from '../../analysis/acl-row.js';
import { DIFF_FIELDS, type DiffField, type DiffRules } from '../../analysis/diff-rules.js';
import { kindOf } from '../../records/kind.js';
import { jsonNested } from '../../render/json-value.js';
import type { SnapshotAcls } from '../../snapshot/snapshot-acls.js';
import type { ZnodeRecord } from '../../snapshot/znode-record.js';
import { FixedText, JsonBytes, SLACK_BYTES } from './json-bytes.js';
import { TimeBytes } from './time-bytes.js';

const ascii = (text: string) => new FixedText(text);
const HEADS = {
  added: ascii('{"change":"added","path":"'),
  removed: ascii('{"change":"removed","path":"'),
  changed: ascii('{"change":"changed","path":"'),
} as const;
const ROOT_PATH = ascii('/');
const SIDES = { a: ascii(',"a":'), b: ascii(',"b":') } as const;
const NULL = ascii('null');
const KINDS = {
  persistent: ascii('{"kind":"persistent","ttl":null,"czxid":"0x'),
  ephemeral: ascii('{"kind":"ephemeral","ttl":null,"czxid":"0x'),
  container: ascii('{"kind":"container","ttl":null,"czxid":"0x'),
} as const;
const MZXID = ascii('","mzxid":"0x');
const PZXID = ascii('","pzxid":"0x');
const CTIME = ascii('","ctime":"');
const MTIME = ascii('","mtime":"');
const VERSION = ascii('","version":');
const CVERSION = ascii(',"cversion":');
const AVERSION = ascii(',"aversion":');
const OWNER = ascii(',"ephemeralOwner":"0x');
const DATA_LENGTH = ascii('","dataLength":');
const ACL = ascii(',"acl":');
const DATA = ascii(',"data":"');
const DATA_END = ascii('","dataEncoding":"utf8"}');
const NULL_DATA = ascii(',"data":null,"dataEncoding":null}');
const END_OF_SIDE = ascii('}');
const QUOTE = ascii('"');
const END = ascii('}\n');

/** The most bytes of a line beside paths, data and ACLs. */
const FIXED_BYTES = 2048;
/** Where fields are in a stat, and how many bytes each has. */
const STAT_FIELDS: readonly (readonly [DiffField, at: number, bytes: 4 | 8])[] = [
  ['ephemeralOwner', 44, 8],
  ['version', 32, 4],
  ['cversion', 36, 4],
  ['aversion', 40, 4],
  ['czxid', 0, 8],
  ['mzxid', 8, 8],
  ['pzxid', 52, 8],
  ['ctime', 16, 8],
  ['mtime', 24, 8],
];
const CONFIG = '/zookeeper/config';

/** The JSON of an ACL list; equal lists share one. */
type AclText = FixedText;

/** The ACL lists of one side as JSON, by key. */
export class AclTexts {
  readonly #acls: SnapshotAcls;
  readonly #shared: Map<string, AclText>;
  readonly #texts = new Map<bigint, AclText>();
  #lastHigh = 0;
  #lastLow = 0;
  #last: AclText | null = null;

  /** `shared` has the texts of both sides. */
  constructor(acls: SnapshotAcls, shared: Map<string, AclText>) {
    this.#acls = acls;
    this.#shared = shared;
  }

  /** That of the key at `at`. */
  of(view: DataView, at: number): AclText {
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    if (this.#last === null || high !== this.#lastHigh || low !== this.#lastLow) {
      this.#last = this.#make(view.getBigInt64(at));
      this.#lastHigh = high;
      this.#lastLow = low;
    }
    return this.#last;
  }

  #make(key: bigint): AclText {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const json = jsonNested(aclRows(this.#acls.get(key)));
    const text = this.#shared.get(json) ?? ascii(json);
    this.#shared.set(json, text);
    this.#texts.set(key, text);
    return text;
  }
}

/** A record, and the ACL lists of its file. */
export interface Side {
  record: ZnodeRecord;
  readonly acls: AclTexts;
}

/** Writes lines of ndjson. */
export class DiffBytes {
  readonly #withData: boolean;
  readonly #masks: Readonly<Record<DiffField, number>>;
  readonly #out = new JsonBytes();
  readonly #time = new TimeBytes();
  readonly #lists = new Map<number, FixedText>();

  /** For rules that are strict. */
  constructor({ classes }: DiffRules, withData: boolean) {
    this.#withData = withData;
    const bits = DIFF_FIELDS.map((field, i) => [field, classes.has(field) ? 1 << i : 0]);
    this.#masks = Object.fromEntries(bits) as Record<DiffField, number>;
  }

  /** Room that `write` needs. */
  room(a: Side | null, b: Side | null): number {
    let room = FIXED_BYTES + SLACK_BYTES;
    for (const side of [a, b]) {
      if (side !== null) room += 2 * side.record.length + aclOf(side).length;
    }
    return room;
  }

  /**
   * Writes the line of a difference to `to` at `put`, where there must be `room`, and returns where it ends; -1 for one
   * that it does not know, and then nothing counts that stands behind `put`. Nothing is written where nothing differs.
   */
  write(a: Side | null, b: Side | null, to: Buffer, put: number): number {
    const out = this.#out;
    out.use(to, put);
    const { view, pathStart, pathEnd } = (b ?? a)!.record;
    out.fixed(HEADS[a === null ? 'added' : b === null ? 'removed' : 'changed']);
    if (pathStart === pathEnd) out.fixed(ROOT_PATH);
    else if (!out.ascii(view, pathStart, pathEnd - pathStart)) return -1;
    out.fixed(QUOTE);
    if (a !== null && b !== null) {
      const mask = this.#differing(a, b);
      if (mask === 0) return put;
      out.fixed(this.#list(mask));
    }
    out.fixed(SIDES.a);
    if (!this.#side(a)) return -1;
    out.fixed(SIDES.b);
    if (!this.#side(b)) return -1;
    out.fixed(END);
    return out.at;
  }

  #differing(a: Side, b: Side): number {
    const masks = this.#masks;
    const [left, right] = [a.record, b.record];
    const [from, to] = [left.statStart, right.statStart];
    let mask = isSameData(left, right) ? 0 : masks.data;
    if (aclOf(a) !== aclOf(b)) mask |= masks.acl;
    for (let i = 0; i < STAT_FIELDS.length; i++) {
      const [field, at, bytes] = STAT_FIELDS[i]!;
      const isSame =
        left.view.getInt32(from + at) === right.view.getInt32(to + at) &&
        (bytes === 4 || left.view.getInt32(from + at + 4) === right.view.getInt32(to + at + 4));
      if (!isSame) mask |= masks[field];
    }
    const isConfig = right.pathEnd - right.pathStart === CONFIG.length && right.path === CONFIG;
    if (isConfig) mask &= ~masks.mtime;
    return isSameKind(left, right) ? mask : mask | masks.kind;
  }

  #list(mask: number): FixedText {
    let list = this.#lists.get(mask);
    if (list === undefined) {
      list = ascii(`,"fields":${JSON.stringify(DIFF_FIELDS.filter((_, i) => (mask & (1 << i)) !== 0))}`);
      this.#lists.set(mask, list);
    }
    return list;
  }

  #side(side: Side | null): boolean {
    const out = this.#out;
    if (side === null) {
      out.fixed(NULL);
      return true;
    }
    const { view, statStart: at, dataStart, dataLength } = side.record;
    const [ownerHigh, ownerLow] = [view.getUint32(at + 44), view.getUint32(at + 48)];
    out.fixed(ownerHigh === 0 && ownerLow === 0 ? KINDS.persistent : kindHead(view.getBigInt64(at + 44)));
    this.#hex(view, at);
    out.fixed(MZXID);
    this.#hex(view, at + 8);
    out.fixed(PZXID);
    this.#hex(view, at + 52);
    out.fixed(CTIME);
    if (!this.#time.write(view, at + 16, out)) return false;
    out.fixed(MTIME);
    if (!this.#time.write(view, at + 24, out)) return false;
    out.fixed(VERSION);
    out.number(view.getInt32(at + 32));
    out.fixed(CVERSION);
    out.number(view.getInt32(at + 36));
    out.fixed(AVERSION);
    out.number(view.getInt32(at + 40));
    out.fixed(OWNER);
    out.hex(ownerHigh, ownerLow);
    out.fixed(DATA_LENGTH);
    out.number(Math.max(dataLength, 0));
    out.fixed(ACL);
    out.fixed(aclOf(side));
    if (!this.#withData) out.fixed(END_OF_SIDE);
    else if (dataLength < 0) out.fixed(NULL_DATA);
    else {
      out.fixed(DATA);
      if (!out.ascii(view, dataStart, dataLength)) return false;
      out.fixed(DATA_END);
    }
    return true;
  }

  #hex(view: DataView, at: number): void {
    this.#out.hex(view.getUint32(at), view.getUint32(at + 4));
  }
}

function aclOf({ record, acls }: Side): AclText {
  return acls.of(record.view, record.statStart - 8);
}

function kindHead(owner: bigint): FixedText {
  const { kind, ttl } = kindOf(owner);
  return kind === 'ttl' ? ascii(`{"kind":"ttl","ttl":${ttl},"czxid":"0x`) : KINDS[kind];
}

function isSameKind(a: ZnodeRecord, b: ZnodeRecord): boolean {
  const [from, to] = [a.statStart + 44, b.statStart + 44];
  const isSameOwner =
    a.view.getInt32(from) === b.view.getInt32(to) && a.view.getInt32(from + 4) === b.view.getInt32(to + 4);
  if (isSameOwner) return true;
  const [was, is] = [kindOf(a.view.getBigInt64(from)), kindOf(b.view.getBigInt64(to))];
  return was.kind === is.kind && was.ttl === is.ttl;
}

function isSameData(a: ZnodeRecord, b: ZnodeRecord): boolean {
  if (a.dataLength !== b.dataLength) return false;
  if (a.dataLength <= 0) return true;
  return (
    a.buffer.compare(
      b.buffer,
      b.dataStart,
      b.dataStart + b.dataLength,
      a.dataStart,
      a.dataStart + a.dataLength,
    ) === 0
  );
}
