// sql at the command line: what it is given, statements in a file, the prompt.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqlScript } from '../../src/cli/sql-script.js';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const dir = useTempDir();
const db = join(dir.path, 'case.db');
beforeAll(async () => {
  expect((await zoolog(['index', '-o', db, 'fixtures/empty-3.9.5', '-q'])).code).toBe(0);
});

describe('sql', () => {
  it('takes an index, and says what to name where it gets none', async () => {
    const missing = join(dir.path, 'cse.db');
    for (const [source, said] of [
      [missing, `zoolog: ${missing}: no such file or directory; did you mean ${db}?\n`],
      [
        'fixtures',
        'zoolog: fixtures is a directory, and sql takes an index; make one with: zoolog index -o case.db fixtures\n',
      ],
    ] as const) {
      expect(await zoolog(['sql', source, 'SELECT 1'])).toEqual({ code: 2, stdout: '', stderr: said });
    }
    const text = dir.write('text.db', 'no index');
    const { code, stderr } = await zoolog(['sql', text, 'SELECT 1']);
    expect(code).toBe(3);
    expect(stderr).toBe(
      `zoolog: ${text}: is not an index: it is no SQLite file; name a file that was made by zoolog index\n`,
    );
  });
});

describe('what is piped into sql', () => {
  const piped = (input: string) => {
    const args = ['--import', 'tsx', join(PROJECT, 'src', 'cli', 'bin.ts'), 'sql', db, '--format', 'csv'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: PROJECT,
      input,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  it('is statements and the commands of the prompt', () => {
    expect(piped(".tables\nSELECT 1 AS a; SELECT ';' AS b\n;\nSELECT 2 AS c")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^name,type\nacl,table\n[\s\S]*\ntree,view\na\n1\nb\n;\nc\n2\n$/),
      stderr: '',
    });
    expect(piped('.schema cluster\n').stdout).toMatch(
      /^CREATE TABLE cluster \(\n {2}id .*\n[\s\S]*\) STRICT;\n$/,
    );
    expect(piped('.schema\n').stdout).toContain('CREATE VIEW tree AS\n');
    expect(piped('.help\n').stdout).toContain('.tables');
    expect(piped('SELECT 1;\n.quit\nSELECT nonsense;')).toMatchObject({ status: 0, stderr: '' });
    expect(piped('.nope\n')).toMatchObject({ status: 2, stdout: '' });
    expect(piped('.schema nope\n').stderr).toContain('there is no table or view nope');
    expect(piped(' \n')).toMatchObject({ status: 2, stderr: expect.stringContaining('no statement') });
  });
});

describe('a script of SQL', () => {
  const asked = (...lines: string[]) => {
    const script = new SqlScript();
    const all = lines.flatMap((line) => script.add(line).map(({ text }) => text));
    return { all, isOpen: script.isOpen, end: script.end().map(({ text }) => text) };
  };
  it('ends a statement at a semicolon outside of quotes and comments', () => {
    expect(asked('SELECT 1; SELECT', '2;')).toEqual({
      all: ['SELECT 1', 'SELECT\n2'],
      isOpen: false,
      end: [],
    });
    expect(asked("SELECT ';", "' -- ;", ' /* ; */;').all).toEqual(["SELECT ';\n' -- ;\n /* ; */"]);
    expect(asked("SELECT 'a;").isOpen).toBe(true);
    expect(asked('SELECT /* ;', '.5')).toMatchObject({ all: [], isOpen: true });
    expect(asked('SELECT 1', '').end).toEqual(['SELECT 1']);
  });
  it('has commands on lines of their own, and one that ends it anywhere', () => {
    expect(asked('.tables', 'SELECT 1', '.quit')).toEqual({
      all: ['.tables', '.quit'],
      isOpen: false,
      end: [],
    });
    expect(asked('SELECT 1 +', '.5;').all).toEqual(['SELECT 1 +\n.5']);
  });
});
