// fixtures/server-logs: texts that real servers printed, and beside each what the client knows of its own sessions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readServerLogs, SessionLogs } from '../../src/analysis/server-log.js';
import { FormatError } from '../../src/errors.js';
import { parseId } from '../../src/records/zxid.js';
import { useTempDir } from '../support/fixtures.js';

const FOLDER = 'fixtures/server-logs';

interface Told {
  readonly session: string;
  readonly addresses: readonly string[];
  readonly user: string | null;
  readonly end: 'closed' | 'expired' | 'open';
}

function toldBy(name: string): Told[] {
  const text = readFileSync(join(FOLDER, `sessions-${name}.ndjson`), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const runs = readdirSync(FOLDER).flatMap((name) => /^zookeeper-(.*)\.log$/.exec(name)?.[1] ?? []);
const minorOf = (run: string) => Number(run.split('.')[1]);

describe.each(runs)('the log of %s', (run) => {
  const clients = readServerLogs([join(FOLDER, `zookeeper-${run}.log`)]);
  const told = toldBy(run);
  const isDebug = run.endsWith('-debug');
  const saysAll = isDebug || minorOf(run) === 4;

  it.runIf(saysAll)('says every address that the client had', () => {
    for (const { session, addresses } of told) {
      const client = clients.get(parseId(session))!;
      expect(client.addresses.map(({ address }) => address)).toEqual(addresses);
      expect(client.address).toBe(addresses.at(-1));
    }
  });

  it('says no address and no user that the client had not', () => {
    for (const { session, addresses, user } of told) {
      const client = clients.get(parseId(session));
      if (client === undefined) continue;
      for (const { address } of client.addresses) expect(addresses).toContain(address);
      expect([user, null]).toContain(client.user);
    }
    const ids = new Set(told.map(({ session }) => parseId(session)));
    expect([...clients.keys()].filter((id) => !ids.has(id))).toEqual([]);
  });

  it('says which session expired, and of no other', () => {
    const expired = told.filter(({ end }) => end === 'expired').map(({ session }) => parseId(session));
    expect([...clients].filter(([, client]) => client.expired !== null).map(([id]) => id)).toEqual(expired);
  });

  it.runIf(minorOf(run) >= 7)('says who logged in by SASL', () => {
    for (const { session, user } of told.filter((one) => one.user === 'bob')) {
      expect(clients.get(parseId(session))!.user).toBe(user);
    }
  });

  it.runIf(minorOf(run) >= 6)('says the address of a client that went without closing, at INFO too', () => {
    for (const { session, addresses } of told.filter(({ end }) => end !== 'closed')) {
      expect(clients.get(parseId(session))!.address).toBe(addresses[0]);
    }
  });

  it('names the line that says it', () => {
    const lines = readFileSync(join(FOLDER, `zookeeper-${run}.log`), 'utf8').split('\n');
    for (const [id, { addresses, expired }] of clients) {
      const hex = `0x${id.toString(16)}`;
      for (const { address, place } of addresses) {
        expect(lines[place.line - 1]).toContain(hex);
        expect(lines[place.line - 1]).toContain(address);
      }
      if (expired !== null) expect(lines[expired.line - 1]).toContain(`Expiring session ${hex}`);
    }
  });
});

describe.each(['3.6.4', '3.7.2', '3.8.6', '3.9.5'])('the audit log of %s', (release) => {
  const told = toldBy(`${release}-info`);
  const audit = join(FOLDER, `audit-${release}.log`);

  it('says host and user of every session, and never the user that the server runs as', () => {
    const clients = readServerLogs([audit]);
    const hosts = told.map(({ session, user }) => [parseId(session), '127.0.0.1', user]);
    expect([...clients].map(([id, client]) => [id, client.address, client.user])).toEqual(hosts);
  });

  it('adds the user to what the other log knows, in either order', () => {
    const log = join(FOLDER, `zookeeper-${release}-info.log`);
    const alone = readServerLogs([log]);
    for (const files of [
      [log, audit],
      [audit, log],
    ]) {
      const clients = readServerLogs(files);
      for (const { session, user } of told) {
        const client = clients.get(parseId(session))!;
        expect(client.user).toBe(user);
        expect(client.address).toBe(alone.get(parseId(session))?.address ?? '127.0.0.1');
      }
    }
  });
});

describe('readServerLogs', () => {
  const folder = useTempDir();
  let count = 0;
  const logOf = (text: string | Uint8Array) => folder.write(`${++count}.log`, text);
  const A = 0x100001eb3f30000n;
  const ESTABLISHED = 'Established session 0x100001eb3f30000 with negotiated timeout 30000 for client';

  it('finds messages whatever stands around them', () => {
    const lines = [
      `Nov 21 03:17:05 zk1 zookeeper[812]: ${ESTABLISHED} /10.0.0.7:51234`,
      `{"level":"DEBUG","message":"${ESTABLISHED} app-7.example.com/10.0.0.8:51235","thread":"SyncThread:0"}`,
      `03:17 ${ESTABLISHED} /0:0:0:0:0:0:0:1:51236\r`,
      `03:17 ${ESTABLISHED} /[fe80:0:0:0:1c2a:d4ff:fe00:1%eth0]:51237`,
    ];
    const { addresses } = readServerLogs([logOf(lines.join('\n'))]).get(A)!;
    expect(addresses.map(({ address, place }) => [place.line, address])).toEqual([
      [1, '10.0.0.7:51234'],
      [2, '10.0.0.8:51235'],
      [3, '0:0:0:0:0:0:0:1:51236'],
      [4, '[fe80:0:0:0:1c2a:d4ff:fe00:1%eth0]:51237'],
    ]);
  });

  it('reads audit lines of a log in JSON, users with commas and spaces and those not in ASCII', () => {
    const audit = (user: string, tab = '\t') =>
      ['session=0x100001eb3f30000', `user=${user}`, 'ip=10.0.0.7', 'operation=create', 'znode=/a'].join(tab);
    for (const [line, user] of [
      [audit('CN=app, O=Müller,10.0.0.7'), 'CN=app, O=Müller'],
      [`{"message":"${audit('alice,10.0.0.7', '\\t')}"}`, 'alice'],
      [audit('alice,10.0.0.7', '  '), 'alice'],
      [audit('10.0.0.7'), null],
    ] as const) {
      const client = readServerLogs([logOf(`${line}\n`)]).get(A)!;
      expect([client.user, client.address]).toEqual([user, '10.0.0.7']);
    }
  });

  it('takes the id of a server above 127 as the signed number that txns have', () => {
    const log = logOf(`${ESTABLISHED.replace('0x1', '0xff')} /10.0.0.7:1\n`);
    expect([...readServerLogs([log]).keys()]).toEqual([-0xffffe14c0d0000n]);
  });

  it('does not take a session for used from where it was asked for in vain', () => {
    const log = logOf('Invalid session 0x100001eb3f30000 for client /10.0.0.9:1, probably expired\n');
    expect(readServerLogs([log]).size).toBe(0);
  });

  it('goes through junk, stack traces and lines without end, and knows lines across chunks', () => {
    const junk = Buffer.alloc(300_000, 'session=0x1 user= session 0x');
    const trace = 'java.io.IOException: session 0x100001eb3f30000\n\tat a.b.C(D.java:1)\n\t... 3 more\n';
    const message = Buffer.from(`${trace}03:17 ${ESTABLISHED} /10.0.0.7:51234\n`);
    const binary = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 37) % 256));
    // The message lies across the end of the first chunk of a megabyte.
    const before = Buffer.concat([junk, binary, Buffer.from('\n')]);
    const filler = Buffer.alloc(1024 * 1024 - before.length - trace.length - 30, 'x\n');
    const log = logOf(Buffer.concat([before, filler, message, Buffer.alloc(3_000_000, 'y')]));
    expect(readServerLogs([log]).get(A)!.address).toBe('10.0.0.7:51234');
    expect(readServerLogs([logOf('')]).size).toBe(0);
  });

  it('reads gzip, and of a damaged one what stands before the damage', () => {
    const filler = Array.from({ length: 40_000 }, (_, i) => `${i} ${Math.sin(i)}`).join('\n');
    const bytes = gzipSync(`${ESTABLISHED} /10.0.0.7:51234\n${filler}`);
    expect(readServerLogs([logOf(bytes)]).get(A)!.address).toBe('10.0.0.7:51234');
    const logs = new SessionLogs();
    const cut = logOf(bytes.subarray(0, bytes.length / 2));
    expect(() => readServerLogs([cut], logs)).toThrow(FormatError);
    expect(logs.clients.get(A)!.address).toBe('10.0.0.7:51234');
  });
});
