// A line of an export as ndjson, made a znode again. What a person leaves out has the value of a znode that was just
// made; a field that is none is a mistake, lest an ACL be open for a typing error.
import { type RawText, rawTextOf } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { CONTAINER_OWNER, ttlOwner } from '../records/kind.js';
import { parsePerms } from '../records/perms.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { OPEN_ACL } from '../snapshot/acl-entry.js';

/** A znode of an export. */
export interface ExportedZnode {
  readonly path: RawText;
  readonly data: Buffer | null;
  /** Null where the source of the export did not have it. */
  readonly acl: readonly ACL[] | null;
  readonly stat: StatPersisted;
}

/** What is wrong with a line, in words. */
export class LineError extends Error {
  /** `isOther` is true where the file may be one of another format. */
  constructor(
    message: string,
    readonly isOther = false,
  ) {
    super(message);
  }
}

type Fields = Readonly<Record<string, unknown>>;

const FIELDS = new Set(
  `path pathBase64 kind ttl czxid mzxid pzxid ctime mtime version cversion aversion ephemeralOwner dataLength
   numChildren acl data dataEncoding file offset length`.split(/\s+/),
);
const ENTRY_FIELDS = new Set(['scheme', 'id', 'idBase64', 'perms']);

/** Reads a line. @throws LineError where it is no znode. */
export function exportedZnode(line: string): ExportedZnode {
  let fields: Fields;
  try {
    fields = JSON.parse(line);
  } catch {
    throw new LineError('is not JSON', true);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new LineError('is no object');
  for (const name of Object.keys(fields)) {
    if (!FIELDS.has(name)) throw new LineError(`has a field "${name}", which no znode has`);
  }
  return { path: pathOf(fields), data: dataOf(fields), acl: aclOf(fields.acl), stat: statOf(fields) };
}

function pathOf(fields: Fields): RawText {
  const { path, pathBase64 } = fields;
  const base64 = pathBase64 ?? null;
  if (typeof path !== 'string' && typeof base64 !== 'string') throw new LineError('has no path');
  const raw = typeof base64 === 'string' ? rawTextOf(Buffer.from(base64, 'base64')) : ofText(String(path));
  if (raw === '/') return '' as RawText;
  if (!raw.startsWith('/') || raw.endsWith('/') || raw.includes('//')) {
    throw new LineError(`has the path ${JSON.stringify(path)}, which is none`);
  }
  return raw;
}

function dataOf({ data, dataEncoding, dataLength }: Fields): Buffer | null {
  if (data === null) return null;
  if (data === undefined) {
    if (dataLength === undefined || dataLength === 0) return null;
    throw new LineError('has no data: export it without --data none');
  }
  if (typeof data !== 'string') throw new LineError('has data that is no text');
  switch (dataEncoding ?? 'utf8') {
    case 'utf8':
      return Buffer.from(data, 'utf8');
    case 'base64':
      return checked(Buffer.from(data, 'base64'), data, 'base64');
    case 'hex':
      return checked(Buffer.from(data, 'hex'), data, 'hex');
    default:
      throw new LineError(
        `has data as ${JSON.stringify(dataEncoding)}: utf8, base64 and hex can be read back`,
      );
  }
}

/** Node's decoders stop at what they do not know. */
function checked(bytes: Buffer, text: string, encoding: 'base64' | 'hex'): Buffer {
  const bare = (encoded: string) => (encoding === 'hex' ? encoded.toLowerCase() : encoded.replace(/=+$/, ''));
  if (bare(bytes.toString(encoding)) === bare(text)) return bytes;
  throw new LineError(`has data that is no ${encoding}`);
}

// Most znodes have the ACL of the one before.
let lastText = '';
let lastAcl: readonly ACL[] = [];

function aclOf(value: unknown): readonly ACL[] | null {
  if (value === undefined) return OPEN_ACL;
  if (value === null) return null;
  if (!Array.isArray(value)) throw new LineError('has an acl that is no list');
  const text = JSON.stringify(value);
  if (text === lastText) return lastAcl;
  lastAcl = value.map(entryOf);
  lastText = text;
  return lastAcl;
}

function entryOf(value: unknown): ACL {
  const fields = (value ?? {}) as Fields;
  const { scheme = null, id = null, idBase64, perms } = fields;
  const strange = Object.keys(fields).find((name) => !ENTRY_FIELDS.has(name));
  const bits = typeof perms === 'string' ? parsePerms(perms) : null;
  const isText = [scheme, id].every((part) => part === null || typeof part === 'string');
  if (strange !== undefined || bits === null || !isText) {
    throw new LineError(
      `has the ACL entry ${JSON.stringify(value)}: {"scheme","id","perms"} with letters of cdrwa`,
    );
  }
  const bytes = typeof idBase64 === 'string' ? rawTextOf(Buffer.from(idBase64, 'base64')) : null;
  return { perms: bits, id: { scheme: textOrNull(scheme), id: bytes ?? textOrNull(id) } };
}

function statOf(fields: Fields): StatPersisted {
  const czxid = hexOf(fields, 'czxid', 0n);
  const ctime = timeOf(fields, 'ctime', 0n);
  return {
    czxid,
    mzxid: hexOf(fields, 'mzxid', czxid),
    pzxid: hexOf(fields, 'pzxid', czxid),
    ctime,
    mtime: timeOf(fields, 'mtime', ctime),
    version: intOf(fields, 'version'),
    cversion: intOf(fields, 'cversion'),
    aversion: intOf(fields, 'aversion'),
    ephemeralOwner: ownerOf(fields),
  };
}

function ownerOf(fields: Fields): bigint {
  const { kind, ttl } = fields;
  if (fields.ephemeralOwner !== undefined) return hexOf(fields, 'ephemeralOwner', 0n);
  if (kind === undefined || kind === 'persistent') return 0n;
  if (kind === 'container') return CONTAINER_OWNER;
  const owner = kind === 'ttl' && Number.isSafeInteger(ttl) ? ttlOwner(BigInt(ttl as number)) : null;
  if (owner === null)
    throw new LineError(`is of the kind ${JSON.stringify(kind)}, which says no ephemeralOwner`);
  return owner;
}

function hexOf(fields: Fields, name: string, missing: bigint): bigint {
  const value = fields[name];
  if (value === undefined) return missing;
  if (typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value)) return BigInt.asIntN(64, BigInt(value));
  throw new LineError(`has the ${name} ${JSON.stringify(value)}, which is no "0x…"`);
}

function timeOf(fields: Fields, name: string, missing: bigint): bigint {
  const value = fields[name];
  if (value === undefined) return missing;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new LineError(`has the ${name} ${JSON.stringify(value)}, which is no time`);
  return BigInt(time);
}

function intOf(fields: Fields, name: string): number {
  const value = fields[name] ?? 0;
  if (typeof value === 'number' && (value | 0) === value) return value;
  throw new LineError(`has the ${name} ${JSON.stringify(value)}, which is no whole number of 32 bits`);
}

function textOrNull(value: unknown): RawText | null {
  return value === null ? null : ofText(String(value));
}

function ofText(text: string): RawText {
  return rawTextOf(Buffer.from(text, 'utf8'));
}
