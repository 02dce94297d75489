// Every code that doctor can say, made from a directory in order by damage done here: the snapshot.18e of
// standalone-3.9.5 and the one log behind it. Where things stand is taken from the second reader.
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/problems.js';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { jute } from '../support/jute-writer.js';
import { check, closeSession, entryBytes, type TxnSpec } from '../support/log-spec.js';
import { resealedLog, resealedSnapshot, spliced } from '../support/reseal.js';
import { readLogAgain, readSnapshotAgain, type SecondSnapshot } from '../support/second-reader.js';
import { writeZnode, type ZnodeSpec } from '../support/snapshot-spec.js';
import { zoolog } from './run-cli.js';

const GOOD = join(FIXTURES, 'standalone-3.9.5', 'version-2');
const SNAPSHOT = 'snapshot.18e';
const LOG = 'log.18f';
const snapshot = readSnapshotAgain(join(GOOD, SNAPSHOT));
const { records, plain: log, end: logEnd } = readLogAgain(join(GOOD, LOG));
const SEAL = snapshot.seals[0]!.offset;
/** A record in the middle of the log, and one before it. */
const MIDDLE = records[20]!;

/** Where a finding is expected. */
interface Place {
  readonly file: string;
  readonly offset: number;
  readonly args?: readonly string[];
  /** What its `where` or `found` says. */
  readonly says?: string;
}

/** Damages the directory, and says where. */
type Damage = (dir: string) => Place;

const temp = useTempDir();
let copies = 0;

const znodeAt = (path: string) => snapshot.znodes.find((znode) => znode.path === path)!;
/** Where the parts of a znode's record stand: path, data, ACL, stat. */
function partsOf(path: string) {
  const { offset, data } = znodeAt(path);
  const stat = offset + 4 + path.length + 4 + (data?.length ?? 0) + 8;
  return { offset, path: offset + 4, acl: stat - 8, stat, cversion: stat + 36, owner: stat + 44 };
}

/** Damage to the bytes of the snapshot or the log as they are. */
const bytes =
  (file: string, offset: number, how: (bytes: Buffer) => Buffer, rest: Partial<Place> = {}): Damage =>
  (dir) => {
    const good = file === SNAPSHOT ? snapshot.plain : log;
    writeFileSync(join(dir, file), how(good));
    return { file, offset, ...rest };
  };

/** Damage to the tree of the snapshot, under right seals. */
const tree =
  (
    offset: number,
    edit: (tree: Buffer, known: SecondSnapshot) => Buffer,
    rest: Partial<Place> & Parameters<typeof resealedSnapshot>[2] = {},
  ): Damage =>
  (dir) => {
    const { digest = snapshot.digest, lastProcessedZxid = snapshot.lastProcessedZxid, ...place } = rest;
    writeFileSync(
      join(dir, SNAPSHOT),
      resealedSnapshot(join(GOOD, SNAPSHOT), edit, { digest, lastProcessedZxid }),
    );
    return { file: SNAPSHOT, offset, ...place };
  };

/** Znodes written behind another. */
const znodesBehind = (path: string, ...znodes: ZnodeSpec[]) => {
  const { offset, length } = znodeAt(path);
  const added = jute((w) => {
    for (const znode of znodes) writeZnode(w, znode);
  });
  return { at: offset + length, edit: (bytes: Buffer) => spliced(bytes, offset + length, 0, added) };
};

/** Damage to the txns of the log, under right checksums. */
const txns =
  (offset: number, edit: Parameters<typeof resealedLog>[1], rest: Partial<Place> = {}): Damage =>
  (dir) => {
    writeFileSync(join(dir, LOG), resealedLog(join(GOOD, LOG), edit));
    return { file: LOG, offset, ...rest };
  };

/** A txn behind the last one. */
const added = (txn: Omit<TxnSpec, 'zxid'>, rest: Partial<Place> = {}) =>
  txns(logEnd, (entries) => [...entries, entryBytes({ zxid: 0x1c5n, ...txn })], rest);

const i64 = (bytes: Buffer, at: number, value: bigint) => {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64BE(value, at);
  return copy;
};

const SESSION = snapshot.sessions[0]!.id;
const QUOTA = '/zookeeper/quota/hard/zookeeper_stats';
/** The largest data of a znode is that of /large, 20480 bytes. */
const LARGE = '20480';

const CASES: Readonly<Partial<Record<ProblemCode, Damage>>> = {
  'file-unreadable': (dir) => {
    symlinkSync(join(dir, 'nowhere'), join(dir, 'log.200'));
    return { file: 'log.200', offset: 0 };
  },
  'file-empty': bytes(LOG, 0, () => Buffer.alloc(0)),
  'file-foreign': bytes(LOG, 0, (all) => putI32(all, 0, -1)),
  'file-version-1': bytes(LOG, 0, (all) => Buffer.concat([all.subarray(MIDDLE.offset + 8)])),
  'file-swapped': (dir) => {
    writeFileSync(join(dir, 'log.200'), snapshot.plain);
    return { file: 'log.200', offset: 0 };
  },
  'file-format-version': tree(4, (all) => putI32(all, 4, 3)),
  'name-codec': (dir) => {
    renameSync(join(dir, SNAPSHOT), join(dir, `${SNAPSHOT}.gz`));
    return { file: `${SNAPSHOT}.gz`, offset: 0 };
  },
  // What was compressed before the cut can be read.
  'compressed-cut': (dir) => {
    const file = `${SNAPSHOT}.gz`;
    rmSync(join(dir, SNAPSHOT));
    // Stored, not deflated: a byte of the file is one of the stream, behind 10 of header and 5 of each block.
    const stored = gzipSync(snapshot.plain, { level: 0 });
    writeFileSync(join(dir, file), cut(stored, 10 + 5 + 1000));
    return { file, offset: 1000 };
  },
  'compressed-damaged': (dir) => {
    const file = `${SNAPSHOT}.gz`;
    rmSync(join(dir, SNAPSHOT));
    // The CRC-32 and the length stand behind the stream.
    const packed = gzipSync(snapshot.plain);
    writeFileSync(join(dir, file), flip(packed, 10 + deflateRawSync(snapshot.plain).length));
    return { file, offset: snapshot.plain.length };
  },
  'record-too-large': tree(partsOf('/a').offset, (all) => putI32(all, partsOf('/a').offset, 0x7fffffff)),
  'length-unreasonable': tree(partsOf('/a').offset, (all) => putI32(all, partsOf('/a').offset, -5)),
  truncated: txns(MIDDLE.offset + 12 + 32 + 4, (entries) =>
    // A path of 1000 bytes is claimed.
    entries.map((entry, i) => (i === 20 ? putI32(entry, 32, 1000) : entry)),
  ),
  'op-unknown': txns(MIDDLE.offset + 12 + 32, (entries) =>
    entries.map((entry, i) => (i === 20 ? putI32(entry, 28, 99) : entry)),
  ),
  'txn-trailing-bytes': txns(MIDDLE.offset + MIDDLE.length - 1, (entries) =>
    entries.map((entry, i) => (i === 20 ? Buffer.concat([entry, Buffer.from('abc')]) : entry)),
  ),
  'snapshot-checksum': bytes(SNAPSHOT, SEAL, (all) => flip(all, partsOf('/large').stat - 100)),
  'snapshot-trailer-checksum': bytes(SNAPSHOT, snapshot.seals[1]!.offset, (all) => flip(all, SEAL + 13 + 19)),
  'snapshot-trailing-bytes': bytes(SNAPSHOT, snapshot.plain.length, (all) =>
    Buffer.concat([all, Buffer.from('12345')]),
  ),
  'snapshot-cut': bytes(SNAPSHOT, partsOf('/large').offset, (all) => cut(all, partsOf('/large').stat)),
  'snapshot-trailer-cut': bytes(SNAPSHOT, SEAL + 13, (all) => cut(all, SEAL + 13 + 10)),
  'znode-path': tree(partsOf('/a').offset, (all) => flip(all, partsOf('/a').path)),
  'znode-orphan': (dir) => {
    const { at, edit } = znodesBehind('/large', { path: '/nowhere/child' });
    return tree(at, edit)(dir);
  },
  'znode-duplicate': (dir) => {
    const { at, edit } = znodesBehind('/large', { path: '/large' });
    return tree(at, edit)(dir);
  },
  'acl-missing': tree(partsOf('/a').offset, (all) => i64(all, partsOf('/a').acl, 999n)),
  'acl-null': (dir) => {
    // Behind header, one session, and the number of ACLs: a key, and then a list.
    const first = 16 + 4 + 12 + 4;
    const list = snapshot.acls[0]!.acl;
    const length = list.reduce((sum, { scheme, id }) => sum + 12 + scheme.length + id.length, 0);
    return tree(first, (all) => spliced(putI32(all, first + 8, -1), first + 12, length))(dir);
  },
  'snapshot-digest': tree(SEAL + 13, (all) => all, {
    digest: { ...snapshot.digest!, digest: snapshot.digest!.digest + 1n },
  }),
  'ephemeral-session': tree(partsOf('/large').offset, (all) => i64(all, partsOf('/large').owner, 77n)),
  // It goes to 0x18f, and the session may have begun there.
  'ephemeral-session-later': tree(partsOf('/large').offset, (all) => i64(all, partsOf('/large').owner, 77n), {
    digest: { ...snapshot.digest!, zxid: 0x18fn },
    lastProcessedZxid: 0x18fn,
  }),
  'ephemeral-child': tree(partsOf('/a/b').offset, (all) => i64(all, partsOf('/a').owner, SESSION)),
  'owner-unknown': tree(partsOf('/large').offset, (all) =>
    i64(all, partsOf('/large').owner, 0xff00_0100_0000_0001n),
  ),
  // A digit of the count of `count=4,bytes=3`.
  'quota-stats': tree(partsOf(QUOTA).offset, (all) => {
    const data = partsOf(QUOTA).path + QUOTA.length + 4;
    return fill(all, data + 6, data + 7, 0x39);
  }),
  'quota-exceeded': tree(partsOf('/zookeeper/quota/limited/zookeeper_limits').offset, (all) => {
    const path = '/zookeeper/quota/limited/zookeeper_limits';
    const data = partsOf(path).path + path.length + 4;
    return fill(all, data + 6, data + 7, 0x31);
  }),
  'data-near-maxbuffer': bytes(SNAPSHOT, partsOf('/large').offset, (all) => all, {
    args: ['--maxbuffer', LARGE],
    says: '20480 bytes',
  }),
  'children-near-maxbuffer': (dir) => {
    // 4 bytes of count, and each name with a length of 4 before it: 4 + 100 * (4 + 20).
    const children = Array.from({ length: 100 }, (_, i) => ({
      path: `/large/${String(i).padStart(20, 'n')}`,
    }));
    const { edit } = znodesBehind('/large', ...children);
    return tree(partsOf('/large').offset, edit, { args: ['--maxbuffer', '3000'], says: '2404 bytes' })(dir);
  },
  'session-near-maxbuffer': (dir) => {
    const session = { ephemeralOwner: SESSION };
    const names = Array.from({ length: 100 }, (_, i) => `/large-${String(i).padStart(3, '0')}`);
    const { at, edit } = znodesBehind('/large', ...names.map((path) => ({ path, stat: session })));
    // 32 of header, 4 of count, 12 of digest, and each path with its length: 100 * (4 + 10), for /with-stat/ephemeral
    // and /with-stat/both-0000000002 24 and 30.
    const says = `${32 + 4 + 12 + 1400 + 24 + 30} bytes for session 0x${SESSION.toString(16)}`;
    return tree(at, edit, { args: ['--maxbuffer', '1600'], says })(dir);
  },
  'txn-over-maxbuffer': added(
    { ...closeSession([`/${'a'.repeat(1000)}`, `/${'b'.repeat(1000)}`]), clientId: 0xabcn },
    {
      args: ['--maxbuffer', '1000', '--server', '3.9'],
      // 1000 and the 1024 that are added at least.
      says: `closeSession of /${'a'.repeat(1000)} and 1 more, 0x1c5 of session 0xabc; 2046 bytes; at most 2024 bytes`,
    },
  ),
  'sequence-near-end': tree(partsOf('/large').offset, (all) =>
    putI32(all, partsOf('/large').cversion, 2 ** 31 - 5),
  ),
  'zxid-near-rollover': (dir) => {
    renameSync(join(dir, SNAPSHOT), join(dir, 'snapshot.1ffffff00'));
    return { file: 'snapshot.1ffffff00', offset: 0 };
  },
  'log-torn': bytes(LOG, records.at(-1)!.offset, (all) => cut(all, logEnd - 3)),
  'log-header-cut': bytes(LOG, 0, (all) => cut(all, 10)),
  'log-checksum': bytes(LOG, MIDDLE.offset, (all) => flip(all, MIDDLE.offset + 40)),
  'log-end-mark': bytes(LOG, MIDDLE.offset + MIDDLE.length - 1, (all) =>
    flip(all, MIDDLE.offset + MIDDLE.length - 1),
  ),
  'log-length': bytes(LOG, MIDDLE.offset + 8, (all) => putI32(all, MIDDLE.offset + 8, -7)),
  'log-gap-skipped': bytes(LOG, MIDDLE.offset, (all) => putI32(all, MIDDLE.offset + 8, -7)),
  'log-after-padding': bytes(LOG, logEnd + 100, (all) => flip(all, logEnd + 100)),
  'log-zxid-order': txns(MIDDLE.offset + records[21]!.length, (entries) => {
    const [twentieth, next] = entries.splice(20, 2);
    return entries.toSpliced(20, 0, next!, twentieth!);
  }),
  'log-gap': txns(MIDDLE.offset, (entries) => entries.toSpliced(20, 1)),
  'txn-poison': added(check('/a', 1)),
  'snapshot-name-zxid': (dir) => {
    renameSync(join(dir, SNAPSHOT), join(dir, 'snapshot.18f'));
    return { file: 'snapshot.18f', offset: 0 };
  },
  'log-first-zxid': (dir) => {
    renameSync(join(dir, LOG), join(dir, 'log.180'));
    return { file: 'log.180', offset: 16 };
  },
  'server-stops': bytes(LOG, MIDDLE.offset, (all) => flip(all, MIDDLE.offset + 40)),
  'server-loses': bytes(LOG, 0, (all) => flip(all, MIDDLE.offset + MIDDLE.length - 1), { file: '' }),
  // TTL znodes, without extendedTypesEnabled.
  'server-deletes': () => ({ file: '', offset: 0 }),
  // 3.6 leaves out a create2 in a multi.
  'server-differs': () => ({ file: '', offset: 0, args: ['--server', '3.6'], says: '2 znodes otherwise' }),
  // The digest is at the end of the entry.
  'txn-digest': txns(MIDDLE.offset, (entries) =>
    entries.map((entry, i) => (i === 20 ? flip(entry, entry.length - 1) : entry)),
  ),
  'epoch-unreadable': (dir) => {
    writeFileSync(join(dir, 'currentEpoch'), 'five');
    return { file: 'currentEpoch', offset: 0 };
  },
  'myid-duplicate': (dir) => {
    const other = join(temp.path, `other-${copies}`);
    cpSync(join(dir, '..'), other, { recursive: true });
    for (const parent of [join(dir, '..'), other]) writeFileSync(join(parent, 'myid'), '1');
    return { file: '', offset: 0, args: [other] };
  },
  'member-behind': (dir) => {
    const other = join(temp.path, `other-${copies}`);
    mkdirSync(join(other, 'version-2'), { recursive: true });
    cpSync(join(dir, SNAPSHOT), join(other, 'version-2', SNAPSHOT));
    // Members have epochs.
    for (const version of [dir, join(other, 'version-2')]) {
      for (const name of ['currentEpoch', 'acceptedEpoch']) writeFileSync(join(version, name), '0');
    }
    return { file: '', offset: 0, args: [other] };
  },
};

/** Told by others than doctor, and tested there. */
const ELSEWHERE: Readonly<Partial<Record<ProblemCode, string>>> = {
  'file-changed': 'a race: test/cli/bad-input',
  'acl-table-large': 'a limit of readers that keep the table: test/source/acl-table',
  'znode-owner': 'why servers stop, as snapshot-fatal: test/datadir/boot',
  'txn-fork': 'of an index: test/store/commits',
  'txn-single-copy': 'of an index: test/store/commits',
  'history-disagrees': 'of a history: test/cli/history',
};

interface Row {
  readonly code: string;
  readonly file: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly where: string | null;
}

async function rowsOf(dir: string, args: readonly string[] = []): Promise<Row[]> {
  const { stdout } = await zoolog(['doctor', join(dir, '..'), ...args, '--format', 'json']);
  return (JSON.parse(stdout) as { rows: Row[] }).rows;
}

function goodDir(): string {
  const dir = join(temp.path, `${++copies}`, 'version-2');
  mkdirSync(dir, { recursive: true });
  for (const name of [SNAPSHOT, LOG]) cpSync(join(GOOD, name), join(dir, name));
  return dir;
}

describe('doctor says', () => {
  for (const [code, damage] of Object.entries(CASES)) {
    it(`${code}, and where`, async () => {
      const dir = goodDir();
      const { file, offset, args = [], says } = damage(dir);
      const rows = await rowsOf(dir, args);
      const found = rows.filter((row) => row.code === code);
      const places = found.map((row) => [row.file.split('/').at(-1), row.offset]);
      const names = file === '' ? [expect.any(String), offset] : [file, offset];
      expect([rows.map((row) => row.code), places]).toEqual([
        expect.arrayContaining([code]),
        expect.arrayContaining([names]),
      ]);
      if (says !== undefined) {
        const told = found.map((row) => `${row.where}; ${row.found}; ${row.expected}`);
        for (const part of says.split('; ')) expect(told.join('\n')).toContain(part);
      }
    });
  }

  it('of the directory as it was that one of its quotas holds another', async () => {
    const rows = await rowsOf(goodDir(), ['--extended-types', '--server', '3.9']);
    const { offset } = partsOf('/zookeeper/quota/limited/zookeeper_stats');
    expect(rows.map((row) => [row.code, row.offset])).toEqual([['quota-stats', offset]]);
  });

  it('all that there is to say', () => {
    const known = [...Object.keys(CASES), ...Object.keys(ELSEWHERE)].sort();
    expect(known).toEqual(Object.keys(PROBLEMS).sort());
  });
});
