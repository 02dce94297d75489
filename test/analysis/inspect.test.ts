// inspect against what the fixtures' own maker found (fixture.json), and against files with known damage.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../src/analysis/file-facts.js';
import { inspectFile, placeOf, serverFacts } from '../../src/analysis/inspect.js';
import { releaseGuess } from '../../src/analysis/release-hints.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import type { Problem } from '../../src/problems.js';
import { flip } from '../support/damage.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { buildSnapshot, snapshotBytes } from '../support/snapshot-spec.js';

const dir = useTempDir();

function inspectAll(path: string, options: { logDir?: string; quick?: boolean } = {}) {
  const data = openDataDir(path, { logDir: options.logDir });
  const problems: Problem[] = [...data.problems];
  const files = [...data.snapshots, ...data.logs].map((file) => {
    const target = { server: 's', shown: file.path, file };
    return inspectFile(target, { quick: options.quick, onProblem: (problem) => void problems.push(problem) });
  });
  return { server: serverFacts('s', placeOf(data), files), files, problems };
}

describe('inspect', () => {
  for (const fixture of fixtures()) {
    for (const facts of fixture.servers) {
      it(`counts what is in ${fixture.name} ${facts.dir}`, () => {
        const logDir = facts.logDir === facts.dir ? {} : { logDir: join(fixture.dir, facts.logDir) };
        const { server, files } = inspectAll(join(fixture.dir, facts.dir), logDir);
        const counts: Record<string, number> = {};
        for (const { ops } of files) {
          for (const [name, count] of Object.entries(ops ?? {})) counts[name] = (counts[name] ?? 0) + count;
        }
        expect(counts).toEqual(facts.opTypes);
        expect(server.txns).toBe(facts.records);
        expect(server.snapshots).toBe(facts.snapshots.length);
        if (facts.records > 0) expect(`0x${server.lastZxid!.toString(16)}`).toBe(facts.lastLoggedZxid);
        const unsound = files.filter(({ kind, sound }) => kind === 'snapshot' && sound !== true);
        expect(unsound.map(({ file }) => file.split('/').at(-1)).sort()).toEqual([...facts.broken].sort());
        // The maker looks at stats alone, and not into snappy.
        const fuzzy = files.filter(({ lastZxid, zxid, codec }) => codec !== 'snappy' && lastZxid! > zxid!);
        const names = fuzzy
          .filter(({ kind }) => kind === 'snapshot')
          .map(({ file }) => file.split('/').at(-1));
        if (!fixture.name.startsWith('snappy')) expect(names.sort()).toEqual([...facts.fuzzy].sort());
        const [major, minor] = fixture.release.split('.').map(Number) as [number, number];
        const guess = server.release?.match(/^(\d+)\.(\d+)/);
        if (guess) expect(Number(guess[1]) * 100 + Number(guess[2])).toBeLessThanOrEqual(major * 100 + minor);
      });
    }
  }

  it('says the same of trailers when it is quick', () => {
    const trailer = ({ file, digest, digestZxid, lastProcessedZxid }: FileFacts) => {
      return { file, digest, digestZxid, lastProcessedZxid };
    };
    for (const { dir: at, servers } of fixtures()) {
      const [{ dir: folder }] = servers as [(typeof servers)[0]];
      const snapshots = (quick: boolean) =>
        inspectAll(join(at, folder), { quick }).files.filter(({ kind, codec, sound }) => {
          return kind === 'snapshot' && codec === 'raw' && sound !== false;
        });
      const whole = snapshots(false).map(trailer);
      const quick = snapshots(true).map(trailer);
      for (const one of whole) expect(quick).toContainEqual(one);
    }
  });

  it('says the same of the ends of logs when it is quick', () => {
    let count = 0;
    for (const { dir: at, servers } of fixtures()) {
      for (const { dir: folder } of servers) {
        const logs = (quick: boolean) => {
          const { files } = inspectAll(join(at, folder), { quick });
          return files
            .filter(({ kind, codec }) => kind === 'log' && codec === 'raw')
            .map(({ file, firstZxid, lastZxid, lastEpoch, tail, tailBytes }) => {
              return { file, firstZxid, lastZxid, lastEpoch, tail, tailBytes };
            });
        };
        count += logs(true).length;
        expect(logs(true)).toEqual(logs(false));
      }
    }
    expect(count).toBeGreaterThan(50);
  });

  it('finds a wrong checksum and where it stands', () => {
    const { bytes, marks } = buildSnapshot({ trailer: 'both' });
    const file = dir.write('a/snapshot.5'.replace('/', '-'), flip(bytes, marks.znodes[1]! + 9));
    const problems: Problem[] = [];
    const facts = inspectFile(
      {
        server: 's',
        shown: 'shown',
        file: { path: file, kind: 'snapshot', content: 'snapshot', codec: 'raw', size: 1, zxid: 5n },
      },
      { onProblem: (problem) => void problems.push(problem) },
    );
    expect(facts).toMatchObject({ checksums: 'wrong', sound: false, znodes: 4 });
    expect(facts.problems).toBe(problems.length);
    expect(problems[0]).toMatchObject({ code: 'snapshot-checksum', file: 'shown', offset: marks.seals[0] });
  });

  it('counts kinds and bytes, and sees a snapshot that is newer than its name', () => {
    const stat = (owner: bigint, mzxid = 1n) => ({ ephemeralOwner: owner, mzxid, pzxid: 0x3_0000_0002n });
    const file = dir.write(
      'snapshot.300000001',
      snapshotBytes({
        sessions: [{ id: 5n, timeout: 1 }],
        znodes: [
          { path: '' },
          { path: '/e', data: 'abc', stat: stat(5n) },
          { path: '/c', data: null, stat: stat(-(2n ** 63n)) },
          { path: '/t', data: 'de', stat: stat(BigInt.asIntN(64, 0xff00_0000_0000_1000n)) },
        ],
      }),
    );
    const target = { path: file, kind: 'snapshot', content: 'snapshot', codec: 'raw', size: 1 } as const;
    const facts = inspectFile(
      { server: 's', shown: file, file: { ...target, zxid: 0x3_0000_0001n } },
      { onProblem: () => {} },
    );
    expect(facts).toMatchObject({
      ...{ persistent: 1, ephemeral: 1, container: 1, ttl: 1, dataBytes: 5, sessions: 1, acls: 1, znodes: 4 },
      ...{ lastZxid: 0x3_0000_0002n, fuzzy: true, firstEpoch: 3, checksums: 'right', release: '3.5.4+' },
    });
  });

  it('says that a file changed while it was read', () => {
    const znodes = Array.from({ length: 9000 }, (_, i) => ({ path: i === 0 ? '' : `/${i}`, data: 'x' }));
    for (const [name, kind, bytes] of [
      ['snapshot.7', 'snapshot', snapshotBytes({ znodes })],
      ['log.7', 'log', logBytes({ txns: creates(9000, 7n) })],
    ] as const) {
      const path = dir.write(name, bytes);
      const codes: string[] = [];
      let grown = 0;
      const file = { path, kind, content: kind, codec: 'raw', size: bytes.length, zxid: 7n } as const;
      const facts = inspectFile(
        { server: 's', shown: 'shown', file },
        {
          onProblem: ({ code, file }) => void codes.push(`${code} of ${file}`),
          onBytes: () => {
            if (grown++ === 0) appendFileSync(path, Buffer.alloc(50));
          },
        },
      );
      expect(grown).toBeGreaterThan(0);
      expect(codes).toContain('file-changed of shown');
      expect(facts.problems).toBe(codes.length);
    }
  });

  it('knows how a log ends', () => {
    const log = (name: string, bytes: Buffer) => {
      const path = dir.write(name, bytes);
      const file = { path, kind: 'log', content: 'log', codec: 'raw', size: bytes.length, zxid: 1n } as const;
      return inspectFile({ server: 's', shown: path, file }, { onProblem: () => {} });
    };
    expect(log('log.1', logBytes({ txns: creates(3), padding: 100 }))).toMatchObject({
      ...{ txns: 3, tail: 'padded', tailBytes: 100, firstZxid: 1n, lastZxid: 3n, skipped: 0, sound: true },
    });
    expect(log('log.2', logBytes({ txns: creates(3) }).subarray(0, -5))).toMatchObject({
      txns: 2,
      tail: 'torn',
    });
  });

  it('guesses releases from the strongest hint', () => {
    expect(releaseGuess([])).toEqual({ release: null, hints: [] });
    expect(releaseGuess(['create2', 'last-zxid-block', 'create-v0']).release).toBe('3.9+');
    expect(releaseGuess(['ttl', 'container']).release).toBe('3.5.4+');
  });
});
