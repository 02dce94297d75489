// The three ways to a line of `log --format ndjson` give the same bytes: rows, OpLines, OpBytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opRow, partsOf } from '../../src/analysis/op-row.js';
import { printLogLines } from '../../src/cli/log-lines.js';
import { shown } from '../../src/cli/rows/data-columns.js';
import { OpBytes } from '../../src/cli/rows/op-bytes.js';
import { opColumns } from '../../src/cli/rows/op-columns.js';
import { OpLines } from '../../src/cli/rows/op-line.js';
import type { DataMode } from '../../src/render/bytes.js';
import { DATA_MODES } from '../../src/render/bytes.js';
import { compileNdjson } from '../../src/render/ndjson.js';
import { memorySink } from '../../src/render/sink.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { fixtures, realFiles, useTempDir } from '../support/fixtures.js';
import * as spec from '../support/log-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const OPTIONS = { onNote: () => {}, onProblem: () => {} };

/** The lines of a file by each way, and how many records OpBytes took. */
function threeWays(file: string, mode: DataMode) {
  const byRows = compileNdjson(opColumns({ data: true, evidence: true }));
  const lines = new OpLines(mode);
  const bytes = new OpBytes('the "log"', mode === 'auto');
  let fast = 0;
  for (const record of openTxnLog(file).records()) {
    const { txn, offset, length } = record;
    const logged = { txn, evidence: { file: 'the "log"', offset, length } };
    const expected = partsOf(txn).map((part) => byRows(shown(opRow(logged, part), mode)));
    expect(partsOf(txn).map((part) => lines.line(logged, part))).toEqual(expected);
    const to = Buffer.alloc(bytes.room(record) + 10);
    const end = bytes.write(record, to, 10);
    if (end < 0) continue;
    fast++;
    expect(to.toString('utf8', 10, end)).toBe(expected.join(''));
  }
  return fast;
}

describe('lines of ops', () => {
  it('are the same by rows, by strings and by bytes in every log there is', () => {
    let fast = 0;
    for (const { file } of realFiles('log')) {
      try {
        openTxnLog(file).close();
      } catch {
        continue;
      }
      fast += threeWays(file, 'auto') + threeWays(file, 'none');
    }
    expect(fast).toBeGreaterThan(1000);
  });

  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.uint8Array());
  const maybe = fc.option(text, { freq: 6 });
  const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const acl = fc.record({ perms: fc.nat(31), scheme: maybe, id: maybe });
  const acls = fc.option(fc.array(acl, { maxLength: 3 }), { freq: 6 });
  const body = fc.oneof(
    fc.tuple(maybe, maybe, acls, fc.boolean(), int).map(([path, data, acl, ephemeral, parentCVersion]) => {
      return spec.create(path, data, { acl, ephemeral, parentCVersion });
    }),
    fc.tuple(fc.constantFrom('/a', '/a/b"c', '/é'), fc.string(), int).map((args) => spec.setData(...args)),
    maybe.map(spec.del),
    fc.tuple(maybe, acls, int).map((args) => spec.setAcl(...args)),
    fc.tuple(maybe, int).map((args) => spec.check(...args)),
    int.map(spec.error),
    int.map(spec.createSession),
    fc.option(fc.array(maybe), { nil: undefined }).map((paths) => spec.closeSession(paths)),
  );
  const whole = fc.record({
    ...{ zxid: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), clientId: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) },
    cxid: int,
    time: fc.oneof(fc.bigInt(0n, 2n ** 42n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    body: fc.oneof(body, fc.array(body, { maxLength: 4 }).map(spec.multi)),
    digest: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { nil: undefined }),
    extra: fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined, freq: 10 }),
  });

  it('are the same for any txns', () => {
    const check = fc.property(fc.array(whole, { minLength: 1, maxLength: 8 }), (txns) => {
      const specs = txns.map(({ body: { type, body }, digest, extra, ...header }): spec.TxnSpec => {
        return {
          ...header,
          type,
          body,
          ...(digest === undefined ? {} : { digest }),
          ...(extra === undefined ? {} : { extra }),
        };
      });
      const file = dir.write('any.log', spec.logBytes({ txns: specs }));
      for (const mode of DATA_MODES) threeWaysOf(file, mode);
    });
    fc.assert(check, { numRuns: 150 });
  });

  function threeWaysOf(file: string, mode: DataMode): void {
    // OpBytes knows two modes.
    if (mode === 'auto' || mode === 'none') threeWays(file, mode);
    else {
      const byRows = compileNdjson(opColumns({ data: true, evidence: true }));
      const lines = new OpLines(mode);
      for (const { txn, offset, length } of openTxnLog(file).records()) {
        const logged = { txn, evidence: { file, offset, length } };
        for (const part of partsOf(txn)) {
          expect(lines.line(logged, part)).toBe(byRows(shown(opRow(logged, part), mode)));
        }
      }
    }
  }
});

describe('log --format ndjson', () => {
  const txns = (from: number, count: number, value: string) =>
    Array.from({ length: count }, (_, i): spec.TxnSpec => {
      return { zxid: BigInt(from + i), ...spec.setData('/a', `${value} ${from + i}`) };
    });
  const zxids = (out: string) => rowsOf(out).map((row) => Number(row.zxid));

  it('counts as many records of each type as the fixtures say', async () => {
    for (const { dir: at, name, servers } of fixtures()) {
      for (const server of servers) {
        const { stdout } = await zoolog(['log', join(at, server.logDir), '--format', 'ndjson', '--quiet']);
        const parts = rowsOf(stdout).filter((row) => row.implied === undefined);
        const counts: Record<string, number> = {};
        const multis = new Set<string>();
        for (const { type, multi, zxid } of parts) {
          const key = multi === undefined ? String(type) : `multi: ${type}`;
          counts[key] = (counts[key] ?? 0) + 1;
          if (multi !== undefined) multis.add(String(zxid));
        }
        if (multis.size > 0) counts.multi = multis.size;
        expect(counts, `${name} ${server.dir}`).toEqual(server.opTypes);
      }
    }
  });

  it('gives the parts of a long multi in pieces, also where files overlap behind it', async () => {
    const parts = Array.from({ length: 20_000 }, (_, i) => spec.setData('/a', `part ${i}`));
    const long: spec.TxnSpec = { zxid: 2n, ...spec.multi(parts) };
    const files = { 'log.1': [...txns(1, 1, 'x'), long, ...txns(3, 5, 'x')], 'log.5': txns(5, 5, 'x') };
    const bytes = new OpBytes('f', true);
    for (const record of openTxnLog(dir.write('long.log', spec.logBytes({ txns: [long] }))).records()) {
      // Room for a line an eighth of a byte of it would be many times what it takes.
      expect(bytes.room(record)).toBeLessThan(10e6);
    }
    const folder = join(dir.path, 'long', 'version-2');
    mkdirSync(folder, { recursive: true });
    for (const [name, list] of Object.entries(files)) {
      writeFileSync(join(folder, name), spec.logBytes({ txns: list }));
    }
    const { stdout } = await zoolog(['log', folder, '--format', 'ndjson', '--quiet']);
    const rows = rowsOf(stdout);
    const multis = rows.filter(({ multi }) => multi !== undefined);
    expect(multis.map(({ multi, data }) => [multi, data])).toEqual(parts.map((_, i) => [i, `part ${i}`]));
    expect(rows.filter(({ multi }) => multi === undefined).map(({ zxid }) => Number(zxid))).toEqual([
      1, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('gives the same rows as json, which goes another way', async () => {
    for (const source of ['fixtures/load-3.9.5', 'fixtures/standalone-3.4.14']) {
      const lines = rowsOf((await zoolog(['log', source, '--format', 'ndjson'])).stdout);
      const { rows } = JSON.parse((await zoolog(['log', source, '--format', 'json'])).stdout);
      expect(lines.length).toBeGreaterThan(400);
      expect(lines).toEqual(rows);
      const exported = await zoolog(['export', source, '--what', 'txns', '--data', 'auto']);
      expect(rowsOf(exported.stdout)).toEqual(rows);
    }
  });

  it('shows a txn that two files hold once, in order', async () => {
    const folder = `${dir.path}/overlap/version-2`;
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/log.1`, spec.logBytes({ txns: txns(1, 10, 'v') }));
    writeFileSync(`${folder}/log.6`, spec.logBytes({ txns: txns(6, 10, 'v') }));
    writeFileSync(`${folder}/log.20`, spec.logBytes({ txns: txns(32, 3, 'v') }));
    const { stdout } = await zoolog(['log', folder, '--format', 'ndjson', '--from', '0x3']);
    expect(zxids(stdout)).toEqual([...Array.from({ length: 13 }, (_, i) => i + 3), 32, 33, 34]);
  });

  it('shows a txn whose zxid goes back below that of an earlier file', async () => {
    const folder = `${dir.path}/back/version-2`;
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/log.1`, spec.logBytes({ txns: txns(1, 5, 'v') }));
    const later = [...txns(6, 2, 'v'), ...txns(2, 1, 'again'), ...txns(8, 2, 'v')];
    writeFileSync(`${folder}/log.6`, spec.logBytes({ txns: later }));
    const of = async (...more: string[]) =>
      zxids((await zoolog(['log', folder, '--format', 'ndjson', ...more])).stdout);
    expect(await of()).toEqual([1, 2, 3, 4, 5, 6, 7, 2, 8, 9]);
    expect(await of('--from', '0x2', '--to', '0x8')).toEqual([2, 3, 4, 5, 6, 7, 2, 8]);
  });

  it('puts the lines of several threads out in order, problems and all', async () => {
    const files = [0, 1, 2, 3, 4].map((n) => {
      const first = BigInt(1 + n * 3000);
      const made = txns(Number(first), 3000, 'x'.repeat(200));
      const broken = n === 2 ? made.map((txn, i) => (i === 7 ? { ...txn, checksum: 1n } : txn)) : made;
      const path = dir.write(`thread.${n}`, spec.logBytes({ txns: broken }));
      return { path, shown: `log.${n}`, first };
    });
    const query = { ops: {}, range: { toZxid: 14_000n }, data: 'auto' as const };
    const run = async (bytes: number) => {
      const sink = memorySink();
      const problems: string[] = [];
      const onProblem = ({ code, file }: { code: string; file: string }) =>
        void problems.push(`${code} ${file}`);
      const printed = await printLogLines(files, bytes, query, { ...OPTIONS, onProblem }, sink);
      return { text: sink.text(), problems, printed };
    };
    const inThreads = await run(1e9);
    expect(inThreads).toEqual(await run(0));
    expect(inThreads.printed).toEqual({ isDamaged: true, stoppedAfter: null, hasLines: true });
    expect(inThreads.problems).toEqual(['log-checksum log.2']);
    expect(zxids(inThreads.text)).toEqual(
      Array.from({ length: 14_000 }, (_, i) => i + 1).filter((n) => n !== 6008),
    );
  });

  it('ends with exit code 3 where txns are missing, and says where', async () => {
    const log = readFileSync('fixtures/standalone-3.8.6/version-2/log.1');
    const at = log.indexOf('/plain');
    log[at] = 0x78;
    const file = dir.write('log.1', log);
    const { code, stdout, stderr } = await zoolog(['log', file, '--format', 'ndjson']);
    expect(code).toBe(3);
    expect(rowsOf(stdout)[1]).toMatchObject({ zxid: '0x3' });
    expect(stderr).toContain(`${file}: byte 77 (0x4d)`);
    expect(stderr).toContain('[log-checksum]');
    const json = await zoolog(['log', file, '--format', 'json']);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({
      complete: false,
      problems: [{ code: 'log-checksum', severity: 'error', file, offset: 77, where: null }],
    });
  });

  it('takes every filter in all formats alike', async () => {
    const source = 'fixtures/standalone-3.8.6';
    const filters = [
      ['--subtree', '/multi'],
      ['--path', '/ttl/*'],
      ['--op', 'setData,multi'],
      ['--failed'],
      ['--server', '1', '--from', '0:400', '--to', '0x1c0'],
      ['--since', '2026-11-21T11:34:47.300', '--until', '2026-11-21 11:34:47.350'],
      ['--limit', '9'],
    ];
    for (const filter of filters) {
      const lines = rowsOf((await zoolog(['log', source, '--format', 'ndjson', ...filter])).stdout);
      const { rows } = JSON.parse((await zoolog(['log', source, '--format', 'json', ...filter])).stdout);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines).toEqual(rows);
      const csv = (await zoolog(['log', source, '--format', 'csv', '--data', 'none', ...filter])).stdout;
      expect(csv.trim().split('\n')).toHaveLength(rows.length + 1);
    }
  });
});
