// The states of txns against a model ensemble that knows what was committed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agreedHistory } from '../../src/tree/agreed-history.js';
import type { Holdings } from '../../src/tree/holdings.js';
import { judgeCommits } from '../../src/tree/judge-commits.js';
import type { CommitState } from '../../src/txnlog/logged-txn.js';
import { type Digests, draws, EnsembleModel } from './ensemble-model.js';

const shapes = fc.record({
  voters: fc.integer({ min: 2, max: 5 }),
  observers: fc.nat(1),
  digests: fc.constantFrom<Digests>('written', 'none'),
  steps: fc.integer({ min: 10, max: 400 }),
  draws,
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function madeOf({ voters, observers, digests, draws: start }: Shape) {
  const draw = start();
  return { model: new EnsembleModel(voters, observers, digests, draw), draw };
}

/** The state of every txn in some copies, each with its zxid in hex. */
function statesOf(model: EnsembleModel, servers: readonly Holdings[]): [zxid: bigint, state: CommitState][] {
  const ids = model.voters.map(({ id }) => id);
  const { ranges } = judgeCommits({ servers, forks: [], voters: [{ from: 0n, ids, groups: null }] });
  return zxidsIn(servers).map((zxid) => {
    const [own, ...more] = ranges.filter(({ from, to }) => from <= zxid && zxid <= to);
    expect(more).toEqual([]);
    return [zxid, own!.state];
  });
}

const zxidsIn = (servers: readonly Holdings[]) => {
  const each = ({ from, to }: { from: bigint; to: bigint }) =>
    Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
  return [...new Set(servers.flatMap(({ runs }) => runs.flatMap(each)))].sort((a, b) => (a < b ? -1 : 1));
};

/** What is claimed and wrong, in hex. */
const wrong = (
  model: EnsembleModel,
  states: readonly [bigint, CommitState][],
  claims: readonly CommitState[],
) =>
  states
    .filter(([, state]) => claims.includes(state))
    .filter(([zxid, state]) => (state === 'committed') !== model.committed.has(zxid))
    .map(([zxid, state]) => `0x${zxid.toString(16)} ${state}`);

describe('the states of txns of a model ensemble', () => {
  test('are the truth, and nearly always known, where the files of all servers are here', () => {
    let [all, unknown, lost] = [0, 0, 0];
    const holds = fc.property(shapes, (shape) => {
      const { model } = madeOf(shape);
      for (let i = 0; i < shape.steps; i++) model.step();
      const servers = model.servers.map((server) => model.holdings(server));
      const states = statesOf(model, servers);
      expect(wrong(model, states, ['committed', 'single-copy'])).toEqual([]);
      all += states.length;
      unknown += states.filter(([, state]) => state === 'unknown').length;
      lost += states.filter(([, state]) => state === 'single-copy').length;
    });
    fc.assert(holds, { numRuns: 1000 });
    expect(unknown * 50).toBeLessThan(all);
    expect(lost * 50).toBeGreaterThan(all);
  });

  test('are the truth where servers are missing, and old files were deleted', () => {
    const input = fc.tuple(shapes, fc.nat(30), fc.integer({ min: 1, max: 3 }));
    const holds = fc.property(input, ([shape, missing, keep]) => {
      const { model, draw } = madeOf(shape);
      for (let i = 0; i < shape.steps; i++) {
        model.step();
        if (draw(20) === 0) model.purge(model.servers[draw(model.servers.length)]!, keep);
      }
      const here = model.servers.filter(({ id }) => ((missing >> (id - 1)) & 1) === 0);
      const states = statesOf(
        model,
        here.map((server) => model.holdings(server)),
      );
      expect(wrong(model, states, ['committed', 'single-copy'])).toEqual([]);
    });
    fc.assert(holds, { numRuns: 1000 });
  });

  test('are the truth for what is called committed, where the files were copied one after the other', () => {
    const input = fc.tuple(
      shapes,
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 6, maxLength: 6 }),
    );
    const holds = fc.property(input, ([shape, parts]) => {
      const { model } = madeOf(shape);
      const copies = new Map<number, Holdings>();
      for (let i = 0; i < shape.steps; i++) {
        model.step();
        for (const server of model.servers) {
          if (i <= (shape.steps * parts[server.id - 1]!) / 100) copies.set(server.id, model.holdings(server));
        }
      }
      expect(wrong(model, statesOf(model, [...copies.values()]), ['committed'])).toEqual([]);
    });
    fc.assert(holds, { numRuns: 1000 });
  });

  test('give an agreed history that ends with the last txn that is not lost, and leave just the others out', () => {
    const holds = fc.property(shapes, (shape) => {
      const { model } = madeOf(shape);
      for (let i = 0; i < shape.steps; i++) model.step();
      const servers = model.servers.map((server) => model.holdings(server));
      const ids = model.voters.map(({ id }) => id);
      const verdict = judgeCommits({ servers, forks: [], voters: [{ from: 0n, ids, groups: null }] });
      const { upTo, copies } = agreedHistory(verdict, servers);
      const states = statesOf(model, servers);
      const kept = states.filter(([, state]) => state !== 'single-copy').map(([zxid]) => zxid);
      expect(upTo).toBe(kept.at(-1) ?? null);
      for (const [place, server] of servers.entries()) {
        const own = states.filter(
          ([zxid, state]) => state === 'single-copy' && zxidsIn([server]).includes(zxid),
        );
        const counted = copies
          .filter((one) => one.server === place)
          .reduce((sum, { txns }) => sum + txns, 0n);
        expect(counted).toBe(BigInt(own.length));
      }
    });
    fc.assert(holds, { numRuns: 200 });
  });
});
