import { describe, expect, it } from 'vitest';
import { ensembleOf } from '../../src/analysis/ensemble.js';
import type { ServerFacts } from '../../src/analysis/inspect.js';

function server(name: string, facts: Partial<ServerFacts>): ServerFacts {
  return {
    server: name,
    snapDir: `${name}/version-2`,
    logDir: `${name}/version-2`,
    myid: null,
    currentEpoch: null,
    acceptedEpoch: null,
    snapshots: 0,
    logs: 0,
    bytes: 0,
    newestSnapshot: null,
    newestSound: null,
    firstZxid: null,
    lastZxid: null,
    firstTime: null,
    lastTime: null,
    txns: 0,
    release: null,
    problems: 0,
    others: [],
    ...facts,
  };
}

describe('an ensemble', () => {
  it('has members that are behind', () => {
    const { members, problems } = ensembleOf([
      server('zk1', { lastZxid: 0x500000010n, newestSound: 0x400000000n }),
      server('zk2', { lastZxid: 0x50000000an }),
      server('zk3', { lastZxid: 0x4000000ffn, newestSound: 0x400000100n }),
      server('zk4', {}),
      server('zk5', { lastZxid: 0x500000001n, newestSound: 0x500000010n }),
    ]);
    expect(members.map(({ behind }) => behind)).toEqual([0n, 6n, null, null, 0n]);
    expect(problems.map(({ code, file, found }) => [code, file, found])).toEqual([
      ['member-behind', 'zk2/version-2', 'up to 0x50000000a'],
      ['member-behind', 'zk3/version-2', 'up to 0x400000100'],
      ['member-behind', 'zk4/version-2', 'nothing'],
    ]);
  });
  it('has each id once', () => {
    const { problems } = ensembleOf([
      server('a', { myid: '1' }),
      server('b', { myid: '2' }),
      server('c', { myid: '1' }),
    ]);
    expect(problems).toMatchObject([
      { code: 'myid-duplicate', file: 'c/myid', found: '1', expected: expect.stringMatching(/that of a$/) },
    ]);
  });
  it('may have members without an id', () => {
    expect(ensembleOf([server('a', {}), server('b', {})]).problems).toEqual([]);
  });
});
