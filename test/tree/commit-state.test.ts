// The states of txns in situations that are drawn by hand. Letters stand for servers, zxids are EPOCH:COUNTER.
import { describe, expect, test } from 'vitest';
import { agreedHistory } from '../../src/tree/agreed-history.js';
import type { CommitVerdict, Fork } from '../../src/tree/commit-state.js';
import { type Holdings, joinRuns } from '../../src/tree/holdings.js';
import { isBeyondJudging, judgeCommits } from '../../src/tree/judge-commits.js';
import type { Voters } from '../../src/tree/quorum.js';
import { z } from './ensemble-model.js';

type Range = readonly [epoch: number, from: number, to: number];

interface ServerSpec {
  readonly logs: readonly Range[];
  readonly snapshots?: readonly {
    readonly at: bigint;
    readonly digest?: bigint | null;
    readonly newest?: bigint;
  }[];
  readonly vote?: number | null;
  readonly damaged?: boolean;
}

const runsOf = (logs: readonly Range[]) =>
  logs.map(([epoch, from, to]) => ({ from: z(epoch, from), to: z(epoch, to) }));

/** Servers a, b, c, ... that vote as 1, 2, 3, ... */
function servers(...specs: readonly ServerSpec[]): Holdings[] {
  return specs.map(({ logs, snapshots = [], vote, damaged = false }, i) => ({
    server: 'abcde'[i]!,
    vote: vote === undefined ? i + 1 : vote,
    runs: joinRuns(runsOf(logs)),
    snapshots: snapshots.map(({ at, digest = null, newest = 0n }) => ({
      zxid: at,
      digestZxid: digest,
      newestZxid: newest,
    })),
    mayHoldMore: damaged,
  }));
}

const votersOf = (count: number): Voters[] => [
  { from: 0n, ids: Array.from({ length: count }, (_, i) => i + 1), groups: null },
];

const text = (zxid: bigint) => `${zxid >> 32n}:${zxid & 0xffffffffn}`;

/** `1:1-1:9 committed`; of a fork `1:5-1:6 a committed, bc single-copy`. */
function shown({ ranges, forks }: CommitVerdict): string[] {
  const plain = ranges.map(({ from, to, state }) => ({ from, text: `${text(from)}-${text(to)} ${state}` }));
  const forked = forks.map(({ from, to, variants, states }) => {
    const each = variants.map(
      (holders, i) => `${holders.map((place) => 'abcde'[place]).join('')} ${states[i]}`,
    );
    return { from, text: `${text(from)}-${text(to)} ${each.join(', ')}` };
  });
  return [...plain, ...forked].sort((a, b) => (a.from < b.from ? -1 : 1)).map((one) => one.text);
}

function judge(count: number, own: readonly Holdings[], forks: readonly Fork[] = []): string[] {
  return shown(judgeCommits({ servers: own, forks, voters: votersOf(count) }));
}

describe('in the last epoch', () => {
  test('what a majority holds is committed, a tail of one of three is a single copy', () => {
    const own = servers({ logs: [[1, 1, 12]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 8]] });
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
  test('two of five hold a minority, three the majority', () => {
    const own = servers(
      { logs: [[1, 1, 12]] },
      { logs: [[1, 1, 11]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 2]] },
    );
    expect(judge(5, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
  test('of three voters two are here: what both hold is committed, the third may hold the rest', () => {
    const own = servers({ logs: [[1, 1, 12]] }, { logs: [[1, 1, 9]] });
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 unknown']);
  });
  test('of three voters one is here: nothing is known', () => {
    expect(judge(3, servers({ logs: [[1, 1, 12]] }))).toEqual(['1:1-1:12 unknown']);
  });
  test('an ensemble of one commits what it logs', () => {
    expect(judge(1, servers({ logs: [[1, 1, 12]] }))).toEqual(['1:1-1:12 committed']);
  });
  test('observers do not count', () => {
    const own = servers(
      { logs: [[1, 1, 12]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 12]], vote: null },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
  test('two copies of one server have one vote', () => {
    const own = servers(
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 5]] },
      { logs: [[1, 1, 12]], vote: 1 },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
  test('a member that was sent a snapshot holds what is in it', () => {
    const own = servers(
      { logs: [[1, 1, 12]] },
      {
        logs: [
          [1, 1, 3],
          [1, 11, 12],
        ],
        snapshots: [{ at: z(1, 10) }],
      },
      { logs: [] },
    );
    expect(judge(3, own)).toEqual(['1:1-1:12 committed']);
  });
  test('where the end of a log is damaged, its server may hold more', () => {
    const own = servers({ logs: [[1, 1, 12]] }, { logs: [[1, 1, 9]], damaged: true }, { logs: [[1, 1, 9]] });
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 unknown']);
  });
  test('a group of weight and a majority of groups decide in a hierarchical quorum', () => {
    const groups = new Map(
      [1, 2, 3, 4].map((id) => [id, { group: id < 4 ? 1 : 2, weight: id === 1 ? 3 : 1 }] as const),
    );
    const own = servers(
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 12]] },
      { logs: [[1, 1, 12]] },
      { logs: [[1, 1, 10]] },
    );
    // Group 1 weighs 5, and 3 of it are a's; both groups of two must agree.
    const verdict = judgeCommits({
      servers: own,
      forks: [],
      voters: [{ from: 0n, ids: [1, 2, 3, 4], groups }],
    });
    expect(shown(verdict)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
});

describe('in older epochs', () => {
  test('a tail that the next leader did not have is lost, what it had is committed', () => {
    const own = servers(
      { logs: [[1, 1, 12]] },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 4],
        ],
      },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 4],
        ],
      },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy', '2:1-2:4 committed']);
  });
  test('a minority is enough where a later epoch begins behind it', () => {
    const own = servers(
      {
        logs: [
          [1, 1, 12],
          [2, 1, 4],
        ],
      },
      { logs: [[2, 2, 4]], snapshots: [{ at: z(2, 1) }] },
    );
    expect(judge(5, own)).toEqual(['1:1-1:12 committed', '2:1-2:4 unknown']);
  });
  test('a tail is lost although its server went on, where a snapshot was sent in between', () => {
    const a = {
      logs: [
        [1, 1, 12],
        [2, 1, 4],
      ],
      snapshots: [{ at: z(2, 0) }],
    } as const;
    const rest = {
      logs: [
        [1, 1, 9],
        [2, 1, 4],
      ],
    } as const;
    const expected = ['1:1-1:9 committed', '1:10-1:12 single-copy', '2:1-2:4 committed'];
    expect(judge(3, servers(a, rest, rest))).toEqual(expected);
    const named = { ...a, snapshots: [{ at: z(2, 0), digest: z(1, 9) }] };
    expect(judge(3, servers(named, { logs: [[1, 1, 9]] }, { logs: [[2, 1, 4]] }))).toEqual(expected);
  });
  test('a snapshot that ends with the tail shows that it was not lost', () => {
    const a = {
      logs: [
        [1, 1, 12],
        [2, 1, 4],
      ],
      snapshots: [{ at: z(2, 0), digest: z(1, 12) }],
    } as const;
    expect(judge(3, servers(a, { logs: [[2, 1, 4]] }, { logs: [[2, 3, 4]] }))).toEqual(['1:1-2:4 committed']);
  });
  test('the newest of several snapshots in between decides', () => {
    const marks = [
      { at: z(2, 0), digest: z(1, 9) },
      { at: z(4, 0), digest: 0n },
    ];
    const own = servers(
      {
        logs: [
          [1, 1, 9],
          [4, 1, 2],
        ],
        snapshots: marks,
      },
      { logs: [[3, 1, 1]] },
      { logs: [[4, 1, 2]] },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '3:1-3:1 unknown', '4:1-4:2 committed']);
  });
  test('nothing is known where zxids are missing between the epochs', () => {
    const own = servers(
      {
        logs: [
          [1, 1, 12],
          [2, 3, 4],
        ],
      },
      { logs: [[2, 3, 4]] },
      { logs: [[2, 3, 4]] },
    );
    expect(judge(3, own)).toEqual(['1:1-1:12 unknown', '2:3-2:4 committed']);
  });
  test('nothing is known of what servers contradict each other in', () => {
    const own = servers(
      {
        logs: [
          [1, 1, 12],
          [2, 1, 4],
        ],
      },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 4],
        ],
      },
      { logs: [[2, 3, 4]] },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '1:10-1:12 unknown', '2:1-2:4 committed']);
  });
  test('an epoch that only its leader logged in is lost as a whole', () => {
    const own = servers(
      {
        logs: [
          [1, 1, 9],
          [2, 1, 3],
        ],
      },
      {
        logs: [
          [1, 1, 9],
          [3, 1, 1],
        ],
      },
      {
        logs: [
          [1, 1, 9],
          [3, 1, 1],
        ],
      },
    );
    expect(judge(3, own)).toEqual(['1:1-1:9 committed', '2:1-2:3 single-copy', '3:1-3:1 committed']);
  });
  test('nobody votes in epoch 0, but a later one can build on it', () => {
    expect(judge(2, servers({ logs: [[0, 1, 9]] }, { logs: [[0, 1, 5]] }))).toEqual(['0:1-0:9 unknown']);
    const own = servers(
      {
        logs: [
          [0, 1, 9],
          [1, 1, 2],
        ],
      },
      { logs: [[1, 2, 2]], snapshots: [{ at: z(1, 1) }] },
    );
    expect(judge(2, own)).toEqual(['0:1-1:2 committed']);
  });
});

describe('a reconfig', () => {
  const three: Voters = { from: 0n, ids: [1, 2, 3], groups: null };
  const one: Voters = { from: z(1, 10), ids: [1], groups: null };
  const states = (own: Holdings[]) => shown(judgeCommits({ servers: own, forks: [], voters: [three, one] }));
  test('changes who counts from itself on', () => {
    const own = servers({ logs: [[1, 1, 12]] }, { logs: [[1, 1, 10]] }, { logs: [[1, 1, 5]] });
    expect(states(own)).toEqual(['1:1-1:12 committed']);
  });
  test('counts only where a quorum of the old voters has it', () => {
    const own = servers({ logs: [[1, 1, 12]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 5]] });
    expect(states(own)).toEqual(['1:1-1:9 committed', '1:10-1:12 single-copy']);
  });
  test('that was lost changes nothing in later epochs', () => {
    const rest = {
      logs: [
        [1, 1, 9],
        [2, 1, 1],
      ],
    } as const;
    const own = servers(
      { logs: [[1, 1, 12]] },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 3],
        ],
      },
      rest,
    );
    expect(states(own)).toEqual([
      '1:1-1:9 committed',
      '1:10-1:12 single-copy',
      '2:1-2:1 committed',
      '2:2-2:3 single-copy',
    ]);
  });
});

describe('a fork', () => {
  const fork = (from: number, to: number, ...variants: number[][]): Fork => ({
    from: z(1, from),
    to: z(1, to),
    variants,
  });
  test('is decided by a majority; the other branch is a single copy to its end', () => {
    const own = servers({ logs: [[1, 1, 14]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] });
    expect(judge(3, own, [fork(5, 9, [0], [1, 2])])).toEqual([
      '1:1-1:4 committed',
      '1:5-1:9 a single-copy, bc committed',
      '1:10-1:14 single-copy',
    ]);
  });
  test('of one txn in the middle leaves what follows as it is', () => {
    const own = servers({ logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] });
    expect(judge(3, own, [fork(5, 5, [0], [1, 2])])).toEqual([
      '1:1-1:4 committed',
      '1:5-1:5 a single-copy, bc committed',
      '1:6-1:9 committed',
    ]);
  });
  test('is decided by what a later epoch builds on', () => {
    const own = servers(
      { logs: [[1, 1, 9]] },
      {
        logs: [
          [1, 1, 7],
          [2, 1, 2],
        ],
      },
      { logs: [[2, 2, 2]], snapshots: [{ at: z(2, 1) }] },
    );
    expect(judge(5, own, [fork(5, 7, [0], [1])])).toEqual(
      [
        '1:1-1:4 committed',
        '1:5-1:7 a single-copy, b committed',
        '1:8-1:9 single-copy',
        '2:1-2:2 committed',
      ].map((line) => line.replace('2:1-2:2 committed', '2:1-2:2 unknown')),
    );
  });
  test('that nothing decides is unknown, and the agreed history stops before it', () => {
    const own = servers({ logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] });
    const verdict = judgeCommits({ servers: own, forks: [fork(5, 9, [0], [1])], voters: votersOf(3) });
    expect(shown(verdict)).toEqual(['1:1-1:4 committed', '1:5-1:9 a unknown, b unknown']);
    const { upTo, fork: stop } = agreedHistory(verdict, own);
    expect(upTo).toBe(z(1, 4));
    expect(stop).toMatchObject({ from: z(1, 5), to: z(1, 9) });
  });
  test('of which no branch can have a majority is made of single copies', () => {
    const own = servers({ logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 4]] });
    expect(judge(3, own, [fork(5, 9, [0], [1])])).toEqual([
      '1:1-1:4 committed',
      '1:5-1:9 a single-copy, b single-copy',
    ]);
  });
  test('makes the branch of a server unknown that has a snapshot behind it and no log', () => {
    const own = servers(
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 9]] },
      { logs: [[1, 1, 4]], snapshots: [{ at: z(1, 9) }] },
    );
    expect(judge(3, own, [fork(5, 9, [0], [1])])).toEqual([
      '1:1-1:4 committed',
      '1:5-1:9 a unknown, b unknown',
    ]);
  });
  test('inside one server is one of two txns of the same holder', () => {
    const own = servers({ logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] }, { logs: [[1, 1, 9]] });
    expect(judge(3, own, [fork(5, 5, [0, 1, 2], [0])])).toContain('1:5-1:5 abc committed, a single-copy');
  });
});

test('logs with a hole behind every txn are beyond judging', () => {
  const holes = Array.from({ length: 20_000 }, (_, i): Range => [1, 2 * i + 1, 2 * i + 1]);
  const own = servers({ logs: holes }, { logs: holes }, { logs: holes });
  expect(isBeyondJudging({ servers: own, forks: [] })).toBe(true);
  expect(judge(3, own)).toEqual(['1:1-1:39999 unknown']);
  expect(
    judge(
      3,
      own.map((one) => ({ ...one, runs: one.runs.slice(0, 10_000) })),
    ),
  ).toEqual(['1:1-1:19999 committed']);
});

describe('the agreed history', () => {
  test('ends with the last txn that is no single copy, and counts what each server has besides', () => {
    const own = servers(
      { logs: [[1, 1, 12]] },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 4],
        ],
      },
      {
        logs: [
          [1, 1, 9],
          [2, 1, 2],
        ],
      },
    );
    const verdict = judgeCommits({ servers: own, forks: [], voters: votersOf(3) });
    expect(agreedHistory(verdict, own)).toEqual({
      upTo: z(2, 2),
      knownTo: z(2, 2),
      fork: null,
      copies: [
        { server: 0, from: z(1, 10), to: z(1, 12), txns: 3n },
        { server: 1, from: z(2, 3), to: z(2, 4), txns: 2n },
      ],
    });
  });
  test('is all there is where nobody knows who votes', () => {
    const own = servers({
      logs: [
        [1, 1, 12],
        [2, 1, 4],
      ],
    });
    const verdict = judgeCommits({ servers: own, forks: [], voters: null });
    expect(agreedHistory(verdict, own)).toEqual({ upTo: z(2, 4), knownTo: null, fork: null, copies: [] });
  });
});
