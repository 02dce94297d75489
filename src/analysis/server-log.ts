// What ZooKeeper's own logs say of sessions: from which address, as whom, and which expired.
//
// Lines are known by their message, wherever it stands in the line, for every site has a layout of its own. The
// messages, as servers of these releases print them (fixtures/server-logs):
//
// | says | message | since | level |
// | --- | --- | --- | --- |
// | address | Established session 0x… with negotiated timeout … for client /A | 3.4 | INFO, from 3.5 on DEBUG |
// | address | Closed socket connection for client /A which had sessionid 0x… | 3.4 | INFO, from 3.5 on DEBUG |
// | address | Client attempting to renew session 0x… at /A | 3.4 | INFO |
// | address | Client attempting to establish new session (or renew): session = 0x…, …, address = /A | 3.5 | DEBUG |
// | address | Unable to read additional data from client, …: address = /A, session = 0x… | 3.6 | INFO |
// | address | Session 0x…: auth success for scheme … and address /A | 3.7 | INFO |
// | user | Session 0x…: adding SASL authorization for authorizationID: U | 3.7 | INFO |
// | both | session=0x… user=U,IP ip=IP operation=…, with tabs between | 3.6 | audit log |
// | expired | Expiring session 0x…, timeout of … ms exceeded | 3.4 | INFO |
//
// "Invalid session 0x… for client /A, probably expired" is left out: whoever asks for a session that is gone need not
// have had it. In the audit log `user` has the IP as a user too (scheme ip); a line without `ip` is of what the server
// did by itself, and its user is the server's.
import { openPlain } from '../container/open-plain.js';

/** Where something was said. */
export interface LogPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** An address that a session was used from. */
export interface ClientAddress {
  /** `10.0.0.7:51234`, from an audit log without the port. */
  readonly address: string;
  /** Where it is said first. */
  readonly place: LogPlace;
}

/** The client of a session, as far as logs tell. */
export interface SessionClient {
  /** The one that was said last; null where none was. */
  readonly address: string | null;
  /** All of them in the order in which they are said first, one that reconnects has several; at most 100. */
  readonly addresses: readonly ClientAddress[];
  /** Who it authenticated as, several joined by commas; null where no line says so. */
  readonly user: string | null;
  /** Where the user is said. */
  readonly userPlace: LogPlace | null;
  /** Where a server says that it let the session expire; null where none does. */
  readonly expired: LogPlace | null;
}

/** Clients by session id. */
export type SessionClients = ReadonlyMap<bigint, SessionClient>;

/** What is told while logs are read. */
export interface ServerLogListener {
  /** Some times a second. */
  onProgress?(file: string, doneBytes: number, totalBytes: number): void;
}

const MOST_ADDRESSES = 100;
const CHUNK = 1024 * 1024;
/** Of a longer line only the beginning is looked at. */
const LONGEST_LINE = 16 * 1024;

/**
 * Reads server logs and audit logs, plain or gzipped, in the order given. Whatever else is in them is passed over.
 *
 * @example
 * readServerLogs(['zookeeper.log']).get(0x100001eb3f30000n)?.address // '10.0.0.7:51234'
 * @throws InputError where a file cannot be opened, FormatError where its compression is damaged; `into` keeps what was
 * read before.
 */
export function readServerLogs(
  files: readonly string[],
  into: SessionLogs = new SessionLogs(),
  listener: ServerLogListener = {},
): SessionClients {
  for (const file of files) into.read(file, listener);
  return into.clients;
}

/** Clients that grow while logs are read. */
export class SessionLogs {
  /** What is known so far. */
  get clients(): SessionClients {
    return this.#clients;
  }
  readonly #clients = new Map<bigint, Client>();

  /** Reads one file; returns how many lines said something. */
  read(file: string, listener: ServerLogListener = {}): number {
    const stream = openPlain(file);
    const chunk = Buffer.allocUnsafe(CHUNK);
    let line = 0;
    let told = 0;
    let held = '';
    try {
      for (let read = stream.read(chunk); read > 0; read = stream.read(chunk)) {
        listener.onProgress?.(file, stream.fileBytesRead, stream.fileSize);
        // A character a byte: what is no text does no harm, and a name in UTF-8 is decoded when there is one.
        const text = chunk.toString('latin1', 0, read);
        let start = 0;
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
          line++;
          const whole = held + text.slice(start, Math.min(end, start + LONGEST_LINE));
          if (this.#take(whole, file, line)) told++;
          held = '';
          start = end + 1;
        }
        if (held.length < LONGEST_LINE) held += text.slice(start, start + LONGEST_LINE);
      }
      if (held !== '' && this.#take(held, file, line + 1)) told++;
    } finally {
      stream.close();
    }
    return told;
  }

  #take(line: string, file: string, number: number): boolean {
    // All messages have it, most lines of a log have not.
    if (!line.includes('ession')) return false;
    for (const { pattern, take } of MESSAGES) {
      const match = pattern.exec(line);
      if (match === null) continue;
      const found = take(match.groups as unknown as Groups);
      const id = BigInt.asIntN(64, BigInt(`0x${found.session}`));
      let client = this.#clients.get(id);
      if (client === undefined) {
        client = new Client();
        this.#clients.set(id, client);
      }
      client.learn(found, { file, line: number });
      return true;
    }
    return false;
  }
}

interface Groups {
  readonly session: string;
  readonly address: string;
  readonly user: string;
}

interface Found {
  readonly session: string;
  readonly address?: string;
  readonly user?: string | null;
  readonly isExpiry?: true;
}

const ID = '0x(?<session>[0-9a-f]{1,16})\\b';
/** InetSocketAddress as Java writes it: `/10.0.0.7:51234`, with a name in front where it was looked up. */
const ADDRESS = '[\\w.-]*/(?<address>[0-9a-fA-F.:%\\w\\[\\]]+)';

function addressMessage(text: string): { pattern: RegExp; take: (groups: Groups) => Found } {
  const pattern = new RegExp(text.replace('ID', ID).replace('ADDRESS', ADDRESS));
  return { pattern, take: ({ session, address }) => ({ session, address }) };
}

const MESSAGES: readonly { readonly pattern: RegExp; readonly take: (groups: Groups) => Found }[] = [
  addressMessage('Established session ID with negotiated timeout \\d+ for client ADDRESS'),
  addressMessage('Client attempting to renew session ID at ADDRESS'),
  addressMessage(
    'Client attempting to (?:establish new|renew) session: *session = ID,.{0,200}? address = ADDRESS',
  ),
  {
    // Here the address comes first.
    pattern: new RegExp(`Closed socket connection for client ${ADDRESS} which had sessionid ${ID}`),
    take: ({ session, address }) => ({ session, address }),
  },
  {
    pattern: new RegExp(
      `Unable to read additional data from client.{0,200}? address = ${ADDRESS}, session = ${ID}`,
    ),
    take: ({ session, address }) => ({ session, address }),
  },
  addressMessage('Session ID: auth success for scheme \\S+ and address ADDRESS'),
  {
    pattern: new RegExp(`Session ${ID}: adding SASL authorization for authorizationID: (?<user>[^\\s"]+)`),
    take: ({ session, user }) => ({ session, user }),
  },
  {
    // Tabs are written as \t where a log is JSON.
    pattern: new RegExp(
      `session=${ID}(?:\\t|\\\\t| +)user=(?<user>.{0,2000}?)(?:\\t|\\\\t| +)ip=(?<address>[0-9a-fA-F.:%\\w]+)`,
    ),
    take: ({ session, user, address }) => ({ session, address, user: withoutIp(user, address) }),
  },
  {
    pattern: new RegExp(`Expiring session ${ID}, timeout of \\d+ ?ms exceeded`),
    take: ({ session }) => ({ session, isExpiry: true }),
  },
];

/** The users of an audit line without the address, which is one of them; null where there is no other. */
function withoutIp(users: string, ip: string): string | null {
  const rest = users.split(',').filter((user) => user !== ip);
  return rest.length === 0 ? null : rest.join(',');
}

class Client implements SessionClient {
  address: string | null = null;
  readonly addresses: ClientAddress[] = [];
  user: string | null = null;
  userPlace: LogPlace | null = null;
  expired: LogPlace | null = null;

  learn({ address, user, isExpiry }: Found, place: LogPlace): void {
    if (isExpiry) this.expired ??= place;
    if (user != null) {
      this.user = Buffer.from(user, 'latin1').toString('utf8');
      this.userPlace ??= place;
    }
    if (address !== undefined) this.#learnAddress(address, place);
  }

  // An audit log has no ports, so what it says is replaced by what says more, and adds nothing to it.
  #learnAddress(address: string, place: LogPlace): void {
    const { addresses } = this;
    if (addresses.some((known) => hostOf(known.address) === address)) return;
    this.address = address;
    if (addresses.some((known) => known.address === address)) return;
    const host = addresses.findIndex((known) => known.address === hostOf(address));
    if (host >= 0) addresses[host] = { address, place };
    else if (addresses.length < MOST_ADDRESSES) addresses.push({ address, place });
  }
}

/** `10.0.0.7` of `10.0.0.7:51234`. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
