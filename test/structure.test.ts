// Which folder of src may import which (DESIGN.md 2), read from the import lines.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/**
 * Top to bottom. A module imports from lower levels (any of them) and from its own folder; folders on one level know
 * nothing of each other.
 */
const LEVELS: readonly (readonly string[])[] = [
  ['cli'],
  ['render', 'export', 'convert', 'analysis'],
  ['source'],
  ['store'], // above datadir, unlike DESIGN.md: what is put into an index is a server's directory
  ['datadir'],
  ['tree'],
  ['snapshot', 'txnlog'],
  ['container', 'records'],
  ['jute', 'problems-doc'],
  ['problems', 'thread', 'removed-at-end', 'output-place'],
  ['errors'],
];

/** The library: it imports anything but these, and nobody imports it. */
const LIBRARY = 'index';
const NOT_IN_LIBRARY = ['cli'];

/** The only folder that imports a package. */
const PACKAGES: Readonly<Record<string, string>> = {
  'better-sqlite3': 'store',
  yargs: 'cli',
  'cli-table3': 'render',
  'binary-parser': 'jute',
};

/** What the imports of a module break, one sentence each; `file` is relative to src, with `/`. */
function wrongImports(file: string, source: string): string[] {
  const own = moduleOf(file);
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) {
      const only = PACKAGES[packageOf(specifier)];
      return only === undefined || only === own
        ? []
        : [`${file} imports ${packageOf(specifier)}, which only ${only} may`];
    }
    const target = posix.join(posix.dirname(file), specifier);
    if (target === '../package.json') return []; // the version
    if (target.startsWith('../')) return [`${file} imports ${target}, which is outside src`];
    const other = moduleOf(target);
    return mayImport(own, other) ? [] : [`${file} (${own}) imports ${target} (${other})`];
  });
}

function mayImport(own: string, other: string): boolean {
  if (other === LIBRARY) return false;
  if (own === LIBRARY) return levelOf(other) >= 0 && !NOT_IN_LIBRARY.includes(other);
  if (own === other) return true;
  return levelOf(own) >= 0 && levelOf(other) > levelOf(own);
}

function levelOf(module: string): number {
  return LEVELS.findIndex((level) => level.includes(module));
}

/** The folder of a file, or its name where it lies in src itself. */
function moduleOf(file: string): string {
  return file.split('/')[0]!.replace(/(\.d)?\.[jt]s$/, '');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importsOf(source: string): string[] {
  const code = source.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const pattern = /\b(?:from|import|import\s*\(|require\s*\()\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(pattern)].map((match) => match[1]!);
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort();

test('imports in src go downward only, and four packages have one home each', () => {
  const wrong = files.flatMap((file) => wrongImports(file, readFileSync(join(SRC, file), 'utf8')));
  expect(wrong).toEqual([]);
});

test('every folder of src has its place in the order', () => {
  const strangers = [...new Set(files.map(moduleOf))].filter((name) => name !== LIBRARY && levelOf(name) < 0);
  expect(strangers).toEqual([]);
});

describe('the check', () => {
  test.each([
    ['upward', 'jute/cursor.ts', `import { a } from '../records/acl.js';`],
    ['upward by several levels', 'records/acl.ts', `import type { A } from '../cli/main.js';`],
    ['between siblings', 'snapshot/seal.ts', `import { a } from '../txnlog/txn.js';`],
    ['upward over several lines', 'tree/apply.ts', `import {\n  a,\n  b,\n} from '../store/write.js';`],
    ['upward by a side effect', 'tree/apply.ts', `import '../store/write.js';`],
    ['upward by a late import', 'source/open.ts', `const m = await import('../render/csv.js');`],
    ['upward by a re-export', 'errors.ts', `export { problem } from './problems.js';`],
    ['of the library', 'cli/main.ts', `import { open } from '../index.js';`],
    ['of the command line by the library', 'index.ts', `export { main } from './cli/main.js';`],
    ['from outside src', 'cli/main.ts', `import { a } from '../../test/support/damage.js';`],
    ['of an unknown folder', 'cli/main.ts', `import { a } from '../misc/a.js';`],
    ['of SQLite outside the store', 'source/open.ts', `import Database from 'better-sqlite3';`],
    ['of a part of yargs outside cli', 'render/table.ts', `import { hideBin } from 'yargs/helpers';`],
    ['of the table package outside render', 'cli/print.ts', `import Table from 'cli-table3';`],
    ['of binary-parser outside jute', 'records/acl.ts', `import { Parser } from 'binary-parser';`],
  ])('refuses an import %s', (_, file, source) => {
    expect(wrongImports(file, source).length).toBe(1);
  });

  test.each([
    ['one level down', 'cli/main.ts', `import { a } from '../render/table.js';`],
    ['many levels down', 'cli/main.ts', `import { a } from '../errors.js';`],
    ['within the folder', 'store/queries/ls.ts', `import { a } from '../schema.js';`],
    ['of a package of its own', 'store/schema.ts', `import Database from 'better-sqlite3';`],
    ['of Node itself', 'jute/cursor.ts', `import { isUtf8 } from 'node:buffer';`],
    ['of the readers by the library', 'index.ts', `export * from './snapshot/read-snapshot.js';`],
    ['in a comment', 'jute/cursor.ts', `// import { a } from '../cli/main.js';`],
  ])('takes an import %s', (_, file, source) => {
    expect(wrongImports(file, source)).toEqual([]);
  });
});
