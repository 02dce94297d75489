import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseSource, parseWhen } from '../../src/source/parse.js';
import { thrownBy } from './heard.js';

const only =
  (...names: string[]) =>
  (path: string) =>
    names.includes(path);

describe('a SOURCE', () => {
  it('is a path where something of that whole name exists', () => {
    const odd = 'back@up#/zk1@0x5';
    expect(parseSource(odd, only(odd, 'back@up'))).toEqual({ path: odd, who: null, when: null });
  });

  it('is divided at the last @, then at the last #', () => {
    expect(parseSource('a#b@c/x#prod/zk1@0x50000002f', only('a#b@c/x'))).toEqual({
      path: 'a#b@c/x',
      who: { cluster: 'prod', server: 'zk1' },
      when: { zxid: 0x50000002fn },
    });
  });

  it('may have an @ in its path and a WHO', () => {
    expect(parseSource('back@up#/zk1', only('back@up'))).toEqual({
      path: 'back@up',
      who: { cluster: null, server: 'zk1' },
      when: null,
    });
  });

  it('may have a # in its path and a WHEN', () => {
    expect(parseSource('case#7/zk1@5:47', only('case#7/zk1'))).toMatchObject({
      path: 'case#7/zk1',
      who: null,
      when: { zxid: 0x50000002fn },
    });
  });

  it('names a cluster, a server of a cluster, or a server', () => {
    const who = (text: string) => parseSource(text, only('case.db')).who;
    expect(who('case.db#prod')).toEqual({ cluster: 'prod', server: null });
    expect(who('case.db#prod/a/zk1')).toEqual({ cluster: 'prod', server: 'a/zk1' });
    expect(who('case.db#/zk1')).toEqual({ cluster: null, server: 'zk1' });
    expect(() => who('case.db#')).toThrow(UsageError);
    expect(() => who('case.db#/')).toThrow(UsageError);
  });

  it('that does not exist is not blamed for its WHEN', () => {
    expect(parseSource('backup@nonsense', only())).toEqual({ path: 'backup', who: null, when: null });
  });
});

describe('a WHEN', () => {
  it.each([
    ['0x50000002f', { zxid: 0x50000002fn }],
    ['5:47', { zxid: 0x50000002fn }],
    ['2026-11-21T03:17Z', { time: BigInt(Date.UTC(2026, 10, 21, 3, 17)) }],
    ['2026-11-21 03:17:05.25', { time: BigInt(Date.UTC(2026, 10, 21, 3, 17, 5, 250)) }],
    ['2026-11-21T03:17+01:00', { time: BigInt(Date.UTC(2026, 10, 21, 2, 17)) }],
    ['2026-11-21T03:17-0530', { time: BigInt(Date.UTC(2026, 10, 21, 8, 47)) }],
    ['2026-11-21', { time: BigInt(Date.UTC(2026, 10, 21)) }],
    ['2026-11', { time: BigInt(Date.UTC(2026, 10, 1)) }],
  ])('%s is a zxid or a time', (text, when) => {
    expect(parseWhen(text)).toEqual(when);
  });

  it.each(['12', 'beef', '2026'])('%s could be hex or decimal and is refused with both readings', (text) => {
    const error = thrownBy(() => parseWhen(text));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toContain(`0x${text}`);
  });

  it.each(['yesterday', '2026-02-30', '2026-13-01', '2026-11-21T25:00', '', '0x', '5:', 'g12'])(
    '%s is refused',
    (text) => {
      expect(() => parseWhen(text)).toThrow(UsageError);
    },
  );
});
