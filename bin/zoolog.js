#!/usr/bin/env node
// Runs the compiled command line.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../dist/bundle/zoolog.js', import.meta.url);
if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  console.error(`zoolog: not compiled yet; run: npm --prefix ${root} run setup`);
  process.exitCode = 70;
}
