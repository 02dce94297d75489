import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingsDoc } from '../../src/analysis/findings-doc.js';
import { PROBLEMS } from '../../src/problems.js';

test('docs/findings.md is what the registry says (npm run docs)', () => {
  const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
  expect(page).toBe(findingsDoc());
});

test('every code has a cause and a remedy, and its own heading', () => {
  const page = findingsDoc();
  for (const [code, { cause, remedy }] of Object.entries(PROBLEMS)) {
    expect(page.split(`\n## ${code}\n`)).toHaveLength(2);
    expect(cause.length).toBeGreaterThan(20);
    expect(remedy).not.toBe('');
  }
});
