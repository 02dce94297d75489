// The fuzzer itself: its inputs are the same for the same seed, and it notices what it is there to notice.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/problems.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { Commands } from './commands.js';
import { Corpus } from './corpus.js';
import { Exerciser } from './exercise.js';
import { attempt, checkCsv, checkJson, checkProblem, checkShown, Failure } from './judge.js';
import { KINDS, makeInput } from './make-input.js';

const dir = useTempDir();

function inputs(seed: string, count: number) {
  const corpus = new Corpus(FIXTURES);
  return Array.from({ length: count }, (_, n) => makeInput(corpus, seed, n, null));
}

function hashOf(seed: string): string {
  const hash = createHash('sha256');
  for (const { kind, files } of inputs(seed, 300)) {
    hash.update(kind);
    for (const { name, bytes } of files) hash.update(name).update(bytes);
  }
  return hash.digest('hex');
}

describe('inputs', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(hashOf('a')).toBe(hashOf('a'));
    expect(hashOf('a')).not.toBe(hashOf('b'));
  });

  it('are of every kind, and half of what is mutated has right checksums', () => {
    const made = inputs('kinds', 3000);
    expect([...new Set(made.map(({ kind }) => kind))].sort()).toEqual(
      KINDS.filter((kind) => kind !== 'bomb').sort(),
    );
    const levels = made.flatMap(({ kind, steps }) =>
      kind === 'snapshot' || kind === 'log' ? [steps[0]!] : [],
    );
    const sealed = levels.filter((level) => level.startsWith('sealed')).length;
    expect(sealed / levels.length).toBeGreaterThan(0.45);
    expect(sealed / levels.length).toBeLessThan(0.55);
  });

  it('do no harm', async () => {
    const exerciser = new Exerciser(join(dir.path, 'x'), await Commands.load());
    for (const [n, input] of inputs('some', 300).entries()) await exerciser.run(input, `some ${n}`);
    expect(exerciser.calls).toBeGreaterThan(50);
  });
});

describe('a failure is', () => {
  const sound: Problem = {
    code: 'truncated',
    severity: 'error',
    file: 'f',
    offset: 0,
    expected: 'a',
    found: 'b',
  };
  const cases: [string, () => void][] = [
    ['an error that is none of ours', () => attempt('x', () => (null as unknown as string[]).length)],
    ['a problem without an offset', () => checkProblem({ ...sound, offset: Number.NaN }, 'x')],
    ['a problem of no known code', () => checkProblem({ ...sound, code: 'x' as 'truncated' }, 'x')],
    ['a control sequence', () => checkShown('a\x1b[2Jb', 'x')],
    ['a tab', () => checkShown('a\tb', 'x')],
    ['a bidi character', () => checkShown('a\u202eb', 'x')],
    ['json that is none', () => checkJson('{"a":1}\n{"b"\n', 'ndjson', 'x')],
    ['a formula in csv', () => checkCsv('a,b\n1,=1\n', 'x')],
    ['a formula in quotes in csv', () => checkCsv('a,b\n1,"@x"\n', 'x')],
    ['a record of another width in csv', () => checkCsv('a,b\n1\n', 'x')],
  ];
  it.each(cases)('%s', (_, check) => {
    expect(check).toThrow(Failure);
  });

  it('not what is as it should be', () => {
    checkProblem(sound, 'x');
    checkShown('\x1b[1mhead\x1b[22m\nrow\n', 'x');
    checkJson('{"a":1}\n{"b":2}\n', 'ndjson', 'x');
    checkCsv('a,b\n-5,"\'=1 ""x"",\n"\n', 'x');
    attempt('x', () => {});
  });
});
