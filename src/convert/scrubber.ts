// A copy for sharing, piece by piece: paths, data and ACLs with what names or tells something replaced.
import { displayText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Op } from '../records/op.js';
import { type PathPattern, pathPattern } from '../tree/glob.js';
import { isInQuotas, limitedBy, QUOTAS, splitQuotaPath } from '../tree/quota-paths.js';
import { CONFIG, ZOOKEEPER } from './own-znodes.js';
import type { Pseudonyms } from './pseudonyms.js';

/** Which names of znodes are replaced: path patterns. */
export interface NameRules {
  /** Those that fit stay; so do the names that a pattern begins with. */
  readonly keep: readonly string[];
  /** Only those that fit are replaced; without any, all. */
  readonly replace: readonly string[];
}

const ROOT = '' as RawText;
/** Those of ZooKeeper itself; others are somebody's own. */
const SCHEMES: ReadonlySet<string> = new Set([
  'world',
  'auth',
  'digest',
  'ip',
  'x509',
  'sasl',
  'host',
  'super',
]);
/** Limits and statistics of a quota, as servers write them: numbers alone. */
const QUOTA_DATA = /^(?:(?:count|bytes|countHardLimit|byteHardLimit)=-?\d*[,;=]*)+$/;
/** A line of /zookeeper/config or of a dynamic file that names no host. */
const PLAIN_LINE = /^(?:version=[0-9a-f]*|(?:group|weight)\.\d+=[\d:]*)$/i;
const SERVER_LINE = /^(server\.\d+\s*=)(.*)$/;
/** What is no host in a server line. */
const PORT_OR_ROLE = /^(?:\d{0,5}|participant|observer)$/i;

/** Paths that are remembered, up to a length in bytes. */
const MOST_PATHS = 20_000;
const LONG = 1024;

/** RUNTIMEINCONSISTENCY, for a part of a failed multi that has its first body instead of a code. */
const NO_CODE = -2;

/** Bytes that hide what cannot be read, and can be read no better: as a length they are beyond all. */
export function unreadable(length: number): Buffer {
  return Buffer.alloc(length, 0x7f);
}

/** Scrubs by the rules. What stays are zxids, times, versions, sessions, sizes and kinds. */
export class Scrubber {
  readonly #pseudonyms: Pseudonyms;
  readonly #keep: readonly PathPattern[];
  readonly #replace: readonly PathPattern[];
  readonly #used = new Set<PathPattern>();
  readonly #paths = new Map<RawText, RawText>([[ROOT, ROOT]]);
  readonly #lists = new WeakMap<readonly ACL[], readonly ACL[]>();

  /** @throws UsageError for a pattern that is none. */
  constructor(pseudonyms: Pseudonyms, { keep, replace }: NameRules) {
    this.#pseudonyms = pseudonyms;
    this.#keep = keep.map(pathPattern);
    this.#replace = replace.map(pathPattern);
  }

  /** Patterns that fitted no name so far. */
  get unused(): readonly string[] {
    const all = [...this.#keep, ...this.#replace];
    return all.filter((pattern) => !this.#used.has(pattern)).map(({ text }) => text);
  }

  /** The path that takes the place of one, of a snapshot or a txn. */
  path(path: RawText): RawText {
    if (path === '/' || path === ZOOKEEPER || path === QUOTAS || path === CONFIG) return path;
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    if (isInQuotas(path)) return this.#quotaPath(path);
    if (path.length > LONG) return this.#longPath(path);
    const scrubbed = this.#shortPath(path);
    if (this.#paths.size >= MOST_PATHS) this.#paths.clear();
    this.#paths.set(path, scrubbed);
    return scrubbed;
  }

  /** The data that takes the place of a znode's. */
  data(path: RawText, data: Buffer | null): Buffer | null {
    if (data === null) return null;
    if (path === CONFIG) return Buffer.from(this.config(data.toString('latin1') as RawText), 'latin1');
    if (limitedBy(path) !== null && QUOTA_DATA.test(data.toString('latin1'))) return data;
    return this.#pseudonyms.data(data);
  }

  acl(acl: readonly ACL[]): readonly ACL[] {
    let scrubbed = this.#lists.get(acl);
    if (scrubbed === undefined) {
      scrubbed = acl.map(({ perms, id: { scheme, id } }) => ({
        perms,
        id: { scheme: scheme && this.#scheme(scheme), id: id && this.#id(scheme, id) },
      }));
      this.#lists.set(acl, scrubbed);
    }
    return scrubbed;
  }

  /** The op that takes the place of one. Of what cannot be read nothing is left but its length. */
  op(op: Op): Op {
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL': {
        const { path, data, acl } = op;
        const made = { path: path && this.path(path), data: this.#dataAt(path, data) };
        return { ...op, ...made, acl: acl && [...this.acl(acl)] };
      }
      case 'setData':
      case 'reconfig':
        return { ...op, path: op.path && this.path(op.path), data: this.#dataAt(op.path, op.data) };
      case 'setACL':
        return { ...op, path: op.path && this.path(op.path), acl: op.acl && [...this.acl(op.acl)] };
      case 'delete':
      case 'deleteContainer':
      case 'check':
        return { ...op, path: op.path && this.path(op.path) };
      case 'closeSession':
        return { ...op, paths2Delete: op.paths2Delete?.map((path) => path && this.path(path)) ?? null };
      case 'multi':
        return { ...op, ops: op.ops.map((part) => this.op(part)) };
      case 'error':
        return op.err === null ? { ...op, err: NO_CODE } : op;
      case 'unknown':
        return { ...op, body: unreadable(op.body.length) };
      default:
        return op;
    }
  }

  /** The lines of a zoo.cfg, a dynamic file or /zookeeper/config that say who is in an ensemble. */
  config(text: RawText): RawText {
    return text
      .split('\n')
      .map((line) => {
        if (line === '' || PLAIN_LINE.test(line)) return line;
        const [, key, value] = SERVER_LINE.exec(line) ?? [];
        return value === undefined ? this.#pseudonyms.names(line as RawText) : key + this.#addresses(value);
      })
      .join('\n') as RawText;
  }

  /** What a server is called: the name of its folder. */
  server(name: string): string {
    return displayText(this.#pseudonyms.names(name as RawText));
  }

  #dataAt(path: RawText | null, data: Buffer | null): Buffer | null {
    return this.data(path ?? ROOT, data);
  }

  #shortPath(path: RawText): RawText {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1) as RawText;
    const above = slash <= 0 ? '' : this.path(path.slice(0, slash) as RawText);
    const made = name === '' || !this.#isReplaced(path) ? name : this.#pseudonyms.name(name);
    return `${above}${slash < 0 ? '' : '/'}${made}` as RawText;
  }

  /** No rule is asked about names so far behind the beginning of a path: they are replaced. */
  #longPath(path: RawText): RawText {
    const slash = path.lastIndexOf('/', LONG);
    const head = slash <= 0 ? '' : this.path(path.slice(0, slash) as RawText);
    const names = path.slice(Math.max(slash, 0)).split('/');
    const made = names.map((name) => (name === '' ? name : this.#pseudonyms.name(name as RawText)));
    return (head + made.join('/')) as RawText;
  }

  /** A quota goes with the path that it is about. */
  #quotaPath(path: RawText): RawText {
    const { about, leaf } = splitQuotaPath(path);
    return (QUOTAS + (about === '' ? '' : this.path(about)) + leaf) as RawText;
  }

  #isReplaced(path: RawText): boolean {
    const isKept = this.#fits(this.#keep, path);
    if (isKept || this.#keep.some(({ under }) => under === path || under.startsWith(`${path}/`)))
      return false;
    return this.#replace.length === 0 || this.#fits(this.#replace, path);
  }

  #fits(patterns: readonly PathPattern[], path: RawText): boolean {
    const fitting = patterns.find(({ regex }) => regex.test(path));
    if (fitting !== undefined) this.#used.add(fitting);
    return fitting !== undefined;
  }

  #scheme(scheme: RawText): RawText {
    return SCHEMES.has(scheme) ? scheme : this.#pseudonyms.name(scheme);
  }

  #id(scheme: RawText | null, id: RawText): RawText {
    const names = this.#pseudonyms;
    if (scheme === 'world' && id === 'anyone') return id;
    if (scheme === 'digest') {
      const colon = id.lastIndexOf(':');
      if (colon < 0) return names.secret(id);
      return `${names.name(id.slice(0, colon) as RawText)}:${names.secret(id.slice(colon + 1) as RawText)}` as RawText;
    }
    if (scheme === 'ip') {
      const bits = /\/\d{1,3}$/.exec(id)?.[0] ?? '';
      return (names.host(id.slice(0, id.length - bits.length) as RawText) + bits) as RawText;
    }
    return names.names(id);
  }

  /** `host:port:port:role;host:port`, several with | between them; an IPv6 address stands in brackets. */
  #addresses(value: string): string {
    return value.replace(/\[([^\]]*)\]|[^:;|[\]\s]+/g, (token, inner: string | undefined) => {
      if (inner !== undefined) return `[${this.#pseudonyms.host(inner as RawText)}]`;
      return PORT_OR_ROLE.test(token) ? token : this.#pseudonyms.host(token as RawText);
    });
  }
}
