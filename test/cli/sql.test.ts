// sql at the command line: what it is given, statements in a file, the prompt.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
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
