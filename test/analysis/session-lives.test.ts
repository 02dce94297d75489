import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { followSessions, sessionStory } from '../../src/analysis/follow-sessions.js';
import type { SessionLife } from '../../src/analysis/session-life.js';
import { sessionMinutes } from '../../src/analysis/session-minutes.js';
import { parseId } from '../../src/records/zxid.js';
import { resolve } from '../../src/source/open.js';
import { openSessionHistory, type SessionHistory } from '../../src/source/session-history.js';
import { type Fixture, fixtures, useTempDir } from '../support/fixtures.js';
import {
  closeSession,
  create,
  createSession,
  del,
  error,
  logBytes,
  multi,
  setData,
  type TxnSpec,
} from '../support/log-spec.js';
import { opsOf } from '../support/second-ops.js';
import { readLogAgain } from '../support/second-reader.js';
import { snapshotBytes } from '../support/snapshot-spec.js';

const QUIET = { onNote: () => {}, onProblem: () => {} };

function asked<T>(source: string, ask: (history: SessionHistory) => T, logDir?: string): T {
  const history = openSessionHistory(resolve(source, { ...QUIET, logDir }), { ...QUIET, logDir }, false);
  try {
    return ask(history);
  } finally {
    history.close();
  }
}

function livesOf(source: string, logDir?: string): SessionLife[] {
  return asked(source, (history) => [...followSessions(history).lives()], logDir);
}

describe('lives against what the client knows of its own sessions', () => {
  const runs = readdirSync('fixtures/server-logs').filter((name) => /^\d/.test(name));

  it.each(runs)('%s', (release) => {
    const told = readFileSync(`fixtures/server-logs/sessions-${release}-info.ndjson`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { session: string; end: string });
    const lives = livesOf(`fixtures/server-logs/${release}`);
    expect(lives.map(({ id, state }) => [id, state])).toEqual(
      told.map(({ session, end }) => [parseId(session), end]),
    );
    // Sessions.java: the timeouts it asks for, one ephemeral each, and the second sets data once more.
    expect(lives.map(({ timeout }) => timeout)).toEqual([10_000, 20_000, 10_000, 2000, 3_600_000]);
    expect(lives.map(({ ephemerals, ephemeralsCreated }) => [ephemerals, ephemeralsCreated])).toEqual(
      told.map(() => [1, 1]),
    );
    expect(lives.map(({ creates, setData: sets }) => [creates, sets])).toEqual([
      [2, 1],
      [2, 2],
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    const expired = lives.find(({ state }) => state === 'expired')!;
    expect(expired.duration! >= 2000n).toBe(true);
  });
});

/** Owners of ephemerals in what a client read at the end, with how many each has. */
function ownersSeen(fixture: Fixture): Map<bigint, number> {
  const owners = new Map<bigint, number>();
  for (const line of readFileSync(join(fixture.dir, 'client.ndjson'), 'utf8').trim().split('\n')) {
    const { ephemeralOwner } = JSON.parse(line) as { ephemeralOwner: string };
    const owner = parseId(ephemeralOwner);
    if (owner !== 0n) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return owners;
}

const WHOLE = fixtures().filter(({ name }) => /^(standalone|load|digest-off|closesession-off)-/.test(name));

describe.each(WHOLE.map((fixture) => [fixture.name, fixture] as const))('lives of %s', (_, fixture) => {
  const server = fixture.servers[0]!;
  const lives = livesOf(join(fixture.dir, server.dir));
  const records = server.logs.flatMap((name) => readLogAgain(join(fixture.dir, server.logDir, name)).records);

  it('are those of the createSession and closeSession records', () => {
    const created = new Map<bigint, { zxid: bigint; timeout: number | undefined }>();
    const closed = new Map<bigint, { zxid: bigint; isExpired: boolean }>();
    for (const record of records) {
      const { clientId, zxid, cxid, type } = record;
      if (type === -10) created.set(clientId, { zxid, timeout: opsOf(record)[0]!.timeout });
      if (type === -11) closed.set(clientId, { zxid, isExpired: cxid === 0 });
    }
    const found = lives.map((life) => [life.id, life.createdZxid, life.timeout, life.endedZxid, life.state]);
    const expected = [...created].map(([id, { zxid, timeout }]) => {
      const end = closed.get(id);
      return [
        id,
        zxid,
        timeout,
        end?.zxid ?? null,
        end === undefined ? 'open' : end.isExpired ? 'expired' : 'closed',
      ];
    });
    expect(found).toEqual(expected);
  });

  it('own at the end what a client saw them own', () => {
    const open = lives.filter(({ state, ephemerals }) => state === 'open' && ephemerals > 0);
    expect(new Map(open.map(({ id, ephemerals }) => [id, ephemerals]))).toEqual(ownersSeen(fixture));
  });

  it('owned at their close what it lists, where it does', () => {
    for (const life of lives) {
      const close = records.find(({ type, clientId }) => type === -11 && clientId === life.id);
      const listed = close === undefined ? [] : opsOf(close).slice(1);
      if (close !== undefined && (close.rest.length === 4 || listed.length > 0 || close.rest.length === 16)) {
        expect(life.ephemerals).toBe(listed.length);
      }
    }
  });

  it('wrote and failed as often as another reader counts', () => {
    for (const life of lives) {
      const own = records.filter(
        ({ clientId, type }) => clientId === life.id && type !== -10 && type !== -11,
      );
      const ops = own.flatMap((record) => opsOf(record)).filter((op) => op.isApplied);
      const count = (...types: number[]) => ops.filter(({ type }) => types.includes(type)).length;
      expect([life.creates, life.deletes, life.setData, life.setACL]).toEqual([
        count(1, 15, 19, 21),
        count(2, 20),
        count(5, 16),
        count(7),
      ]);
      const failed = own.filter((record) => record.type === -1 || opsOf(record).some((op) => !op.isApplied));
      expect(life.failed).toBe(failed.length);
      expect(life.lastZxid).toBe(own.at(-1)?.zxid ?? null);
      expect(life.bytes).toBe(ops.reduce((sum, { bytes = 0 }) => sum + bytes, 0));
    }
  });
});

describe('lives where the first logs are purged', () => {
  const folder = useTempDir();
  const fixture = fixtures().find(({ name }) => name === 'load-3.9.5')!;
  const { snapshots, logs, dir, logDir } = fixture.servers[0]!;
  const kept = join(folder.path, 'version-2');
  cpSync(join(fixture.dir, dir), kept, { recursive: true });
  // What autopurge leaves: three snapshots, and the logs from the one on that begins before the oldest of them.
  for (const name of snapshots.slice(0, -3)) rmSync(join(kept, name));
  const oldest = BigInt(`0x${snapshots.at(-3)!.split('.')[1]}`);
  const zxidOf = (name: string) => BigInt(`0x${name.split('.')[1]}`);
  const first = logs.findLastIndex((name) => zxidOf(name) <= oldest + 1n);
  for (const name of logs.slice(0, first)) rmSync(join(kept, name));

  const whole = new Map(
    livesOf(join(fixture.dir, dir), join(fixture.dir, logDir)).map((life) => [life.id, life]),
  );
  const lives = livesOf(folder.path);

  const readLogs = () => logs.slice(first).flatMap((name) => readLogAgain(join(kept, name)).records);

  it('has every session that lived since, with timeout, end and what it owns', () => {
    const begin = zxidOf(logs[first]!);
    const expected = [...whole.values()].filter(({ endedZxid }) => endedZxid === null || endedZxid >= begin);
    expect(new Set(lives.map(({ id }) => id))).toEqual(new Set(expected.map(({ id }) => id)));
    for (const life of lives) {
      const { endedZxid, state, ephemerals, timeout, createdZxid } = whole.get(life.id)!;
      expect([life.endedZxid, life.state]).toEqual([endedZxid, state]);
      expect([timeout, null]).toContain(life.timeout);
      if (state === 'open') expect(life.ephemerals).toBe(ephemerals);
      if (createdZxid! >= begin) expect(life.createdZxid).toBe(createdZxid);
      else {
        expect(life.createdZxid).toBeNull();
        // A table says that it is older than the logs; of one that is in none, its first request is what there is.
        const request = readLogs().find(({ clientId }) => clientId === life.id)?.zxid;
        expect([begin, request]).toContain(life.createdBefore);
        if (life.timeout !== null) expect(life.createdBefore).toBe(begin);
      }
    }
    expect(lives.filter(({ createdZxid }) => createdZxid === null).length).toBeGreaterThan(5);
  });
});

describe('lives', () => {
  const [A, B, C] = [0x100_0000_0000_0001n, 0x200_0000_0000_0001n, 0x300_0000_0000_0001n] as const;
  const T = BigInt(Date.UTC(2026, 10, 21, 3, 17));
  const folder = useTempDir();
  let count = 0;
  const txn = (zxid: bigint, clientId: bigint, body: Omit<TxnSpec, 'zxid'>, cxid = 1): TxnSpec => {
    return { zxid, clientId, time: T + zxid * 10_000n, cxid, ...body };
  };
  const dirOf = (files: Readonly<Record<string, Buffer>>): string => {
    const name = `dir${++count}`;
    mkdirSync(join(folder.path, name, 'version-2'), { recursive: true });
    for (const [file, bytes] of Object.entries(files)) folder.write(join(name, 'version-2', file), bytes);
    return join(folder.path, name);
  };
  const stat = (ephemeralOwner: bigint, czxid: bigint) => ({ ephemeralOwner, czxid });

  it('tells what became of each ephemeral', () => {
    const log = logBytes({
      txns: [
        txn(1n, A, createSession(4000), 0),
        txn(2n, B, createSession(4000), 0),
        txn(3n, A, create('/own', '', { ephemeral: true })),
        txn(4n, A, create('/other', '', { ephemeral: true })),
        txn(5n, A, multi([create('/never', '', { ephemeral: true }), error(-101)])),
        txn(
          6n,
          A,
          multi([create('/close', '', { ephemeral: true }), create('/close2', '', { ephemeral: true })]),
        ),
        txn(7n, A, del('/own')),
        txn(8n, B, del('/other')),
        txn(9n, A, closeSession(['/close', '/close2'])),
        txn(10n, B, create('/stays', '', { ephemeral: true })),
      ],
    });
    const dir = dirOf({ 'log.1': log });
    const ofA = asked(dir, (history) => sessionStory(history, A))!;
    expect(
      ofA.ephemerals.map((one) => [one.path, one.createdZxid, one.end, one.endedZxid, one.endedBy]),
    ).toEqual([
      ['/own', 3n, 'deleted', 7n, A],
      ['/other', 4n, 'deleted', 8n, B],
      ['/close', 6n, 'closed', 9n, A],
      ['/close2', 6n, 'closed', 9n, A],
    ]);
    expect(ofA.life).toMatchObject({
      state: 'closed',
      ephemerals: 2,
      ephemeralsCreated: 4,
      creates: 4,
      deletes: 1,
      failed: 1,
      lastZxid: 7n,
      duration: 80_000n,
    });
    const ofB = asked(dir, (history) => sessionStory(history, B))!;
    expect(ofB.ephemerals).toMatchObject([{ path: '/stays', end: 'there', endedZxid: null, endedBy: null }]);
    expect(asked(dir, (history) => sessionStory(history, C))).toBeNull();
  });

  it('deletes with a close without a list what the session is known to own', () => {
    const dir = dirOf({
      'log.1': logBytes({
        txns: [
          txn(1n, A, createSession(4000), 0),
          txn(2n, A, create('/e', '', { ephemeral: true })),
          txn(3n, A, closeSession(), 0),
          txn(4n, B, create('/e', '', { ephemeral: true })),
        ],
      }),
    });
    const lives = livesOf(dir);
    expect(lives.map(({ id, state, ephemerals }) => [id, state, ephemerals])).toEqual([
      [B, 'open', 1],
      [A, 'expired', 1],
    ]);
  });

  it('takes what is older from a snapshot, also what it owns', () => {
    const dir = dirOf({
      'snapshot.5': snapshotBytes({
        sessions: [
          { id: A, timeout: 4000 },
          { id: B, timeout: 6000 },
        ],
        znodes: [
          { path: '' },
          { path: '/zookeeper' },
          { path: '/zookeeper/quota' },
          { path: '/old', stat: stat(A, 2n) },
          // Written while txns went on: this one is told by its create.
          { path: '/fuzzy', stat: stat(B, 7n) },
        ],
      }),
      'log.4': logBytes({
        txns: [
          txn(4n, B, setData('/x', '1')),
          txn(5n, B, setData('/x', '2')),
          txn(6n, A, setData('/x', '3')),
          txn(7n, B, create('/fuzzy', '', { ephemeral: true })),
          txn(8n, A, closeSession(['/old']), 0),
        ],
      }),
    });
    const lives = livesOf(dir);
    // Both were there before the logs begin, for no createSession is in them.
    expect(lives).toMatchObject([
      {
        id: A,
        timeout: 4000,
        createdZxid: null,
        createdBefore: 4n,
        state: 'expired',
        ephemerals: 1,
        ephemeralsCreated: 0,
      },
      {
        id: B,
        timeout: 6000,
        createdZxid: null,
        createdBefore: 4n,
        state: 'open',
        ephemerals: 1,
        ephemeralsCreated: 1,
      },
    ]);
    const { ephemerals } = asked(dir, (history) => sessionStory(history, A))!;
    expect(ephemerals).toMatchObject([{ path: '/old', createdZxid: 2n, createdTime: null, end: 'closed' }]);
  });

  it('calls gone what a later snapshot lacks though no log says why', () => {
    const dir = dirOf({
      'log.1': logBytes({
        txns: [
          txn(1n, A, createSession(4000), 0),
          txn(2n, B, createSession(4000), 0),
          txn(3n, A, create('/a', '', { ephemeral: true })),
          txn(4n, B, create('/b', '', { ephemeral: true })),
        ],
      }),
      // Txns 5 to 8 are missing.
      'snapshot.8': snapshotBytes({
        sessions: [{ id: B, timeout: 4000 }],
        znodes: [{ path: '' }, { path: '/zookeeper' }, { path: '/zookeeper/quota' }],
      }),
      'log.9': logBytes({ txns: [txn(9n, B, setData('/x', '1')), txn(10n, C, setData('/x', '2'))] }),
    });
    expect(livesOf(dir)).toMatchObject([
      // A local session has no createSession.
      { id: C, state: 'open', createdZxid: null, createdBefore: 10n, timeout: null },
      { id: A, state: 'gone', goneBy: 8n, ephemerals: 0, endedZxid: null, duration: null },
      { id: B, state: 'open', goneBy: null, ephemerals: 0 },
    ]);
    const { ephemerals } = asked(dir, (history) => sessionStory(history, A))!;
    expect(ephemerals).toMatchObject([{ path: '/a', end: 'gone', endedZxid: null, endedBy: null }]);
  });

  it('does not take a session for gone that is closed while the snapshot is written', () => {
    const dir = dirOf({
      'log.1': logBytes({
        txns: [
          txn(1n, A, createSession(4000), 0),
          txn(2n, A, create('/a', '', { ephemeral: true })),
          txn(3n, A, closeSession(['/a'])),
        ],
      }),
      'snapshot.2': snapshotBytes({
        sessions: [],
        znodes: [{ path: '' }, { path: '/zookeeper' }, { path: '/zookeeper/quota' }],
      }),
    });
    expect(livesOf(dir)).toMatchObject([{ id: A, state: 'closed', goneBy: null, ephemerals: 1 }]);
    const { ephemerals } = asked(dir, (history) => sessionStory(history, A))!;
    expect(ephemerals).toMatchObject([{ path: '/a', end: 'closed', endedZxid: 3n }]);
  });

  it('knows a local session that is made a global one to be older than its createSession', () => {
    const dir = dirOf({
      'log.1': logBytes({ txns: [txn(1n, A, setData('/x', '1')), txn(2n, A, createSession(4000), 0)] }),
    });
    expect(livesOf(dir)).toMatchObject([
      { createdZxid: null, createdBefore: 1n, timeout: 4000, state: 'open' },
    ]);
  });

  it('leaves what comes after the close out of its last request', () => {
    const dir = dirOf({
      'log.1': logBytes({
        txns: [txn(1n, A, createSession(4000), 0), txn(2n, A, closeSession([])), txn(3n, A, error(-112))],
      }),
    });
    expect(livesOf(dir)).toMatchObject([{ endedZxid: 2n, lastZxid: null, failed: 1, state: 'closed' }]);
  });

  it('counts comings and goings by the minute, with those that lived shorter than their timeout', () => {
    // Ten seconds a zxid: 1 to 2 are in 03:17, 6 in 03:18, 12 in 03:19.
    const dir = dirOf({
      'log.1': logBytes({
        txns: [
          txn(1n, A, createSession(60_000), 0),
          txn(2n, B, createSession(4000), 0),
          txn(6n, C, createSession(60_000), 0),
          txn(7n, A, closeSession([])),
          txn(12n, B, closeSession([]), 0),
          txn(13n, C, closeSession([])),
        ],
      }),
    });
    const at = (minutes: number) => Number(T) + minutes * 60_000;
    const minutes = sessionMinutes(livesOf(dir));
    expect(minutes).toEqual([
      { time: at(0), created: 2, closed: 0, expired: 0, short: 0, open: 2 },
      { time: at(1), created: 1, closed: 1, expired: 0, short: 0, open: 2 },
      { time: at(2), created: 0, closed: 1, expired: 1, short: 0, open: 0 },
    ]);
    expect(sessionMinutes(livesOf(dir), 3)).toEqual([]);
    const short = livesOf(
      dirOf({
        'log.1': logBytes({ txns: [txn(1n, A, createSession(60_000), 0), txn(2n, A, closeSession([]))] }),
      }),
    );
    expect(sessionMinutes(short)[0]!.short).toBe(1);
  });
});
