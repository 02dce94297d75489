import { describe, expect, test } from 'vitest';
import { electorateOf, type NamedEnsemble } from '../../src/tree/electorate.js';

const members = (...ids: (number | null)[]) => ids.map((id, i) => ({ server: 'abcd'[i]!, id }));
const config = (
  from: bigint,
  ids: number[],
  observers: number[] = [],
  origin = 'zoo.cfg',
): NamedEnsemble => ({
  ensemble: { from, ids, observers, groups: null },
  origin,
});

describe('who votes', () => {
  test('is what the configuration says; who is not here is said', () => {
    expect(electorateOf(members(2, 1), [config(0n, [1, 2, 3])])).toMatchObject({
      votes: [2, 1],
      voters: [{ from: 0n, ids: [1, 2, 3] }],
      text: 'servers 1, 2 and 3 vote, by zoo.cfg; 3 is not here',
    });
  });
  test('changes with the versions of the configuration, whatever their order; one said twice counts once', () => {
    const configs = [
      config(0x20n, [1, 2]),
      config(0x10n, [1, 2, 3]),
      config(0x20n, [1, 2], [], '/zookeeper/config'),
    ];
    const { voters, text } = electorateOf(members(1, 2), configs);
    expect(voters).toMatchObject([{ from: 0x10n }, { from: 0x20n }]);
    expect(text).toBe('servers 1 and 2 vote since 0x20, by zoo.cfg');
  });
  test('is not known where configurations of one version differ', () => {
    const configs = [config(0n, [1, 2], [], 'a/zoo.cfg'), config(0n, [1, 2, 3], [], 'b/zoo.cfg')];
    expect(electorateOf(members(1, 2), configs)).toMatchObject({
      voters: null,
      text: 'a/zoo.cfg and b/zoo.cfg name different voters',
    });
  });
  test('is taken to be all servers where nothing says it, each once', () => {
    expect(electorateOf(members(7, null, 7), [])).toEqual({
      votes: [7, -2, 7],
      voters: [{ from: 0n, ids: [7, -2], groups: null }],
      text: 'nothing here says who votes: a, b and c are taken for all voters',
    });
  });
  test('is not known of one server, nor of two copies of it', () => {
    expect(electorateOf(members(null), []).voters).toBeNull();
    expect(electorateOf(members(1, 1), []).voters).toBeNull();
  });
});

describe('a server without myid', () => {
  test('is one of the voters that are not here, where it must be one', () => {
    expect(electorateOf(members(1, null, null), [config(0n, [1, 2, 3])])).toMatchObject({
      votes: [1, 2, 3],
      text: 'servers 1, 2 and 3 vote, by zoo.cfg; b and c have no myid and are taken for voters',
    });
  });
  test('has no vote where it may be an observer', () => {
    expect(electorateOf(members(1, null), [config(0n, [1, 2], [3])]).votes).toEqual([1, null]);
  });
  test('has no vote where it must be another copy of one that is here', () => {
    expect(electorateOf(members(1, 2, null), [config(0n, [1, 2])]).votes).toEqual([1, 2, null]);
  });
});
