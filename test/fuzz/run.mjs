// npm run fuzz -- --inputs N --seconds S --seed X --kind KIND --only N --processes P --out FOLDER
//
// Compiles the pool's process and runs the campaign. Exit code 1 where something was found.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Of this run alone: others may run meanwhile.
const compiled = join(root, 'dist', `fuzz-${process.pid}`);
process.on('exit', () => rmSync(compiled, { recursive: true, force: true }));
await build({
  entryPoints: ['campaign', 'child'].map((name) => join(root, 'test', 'fuzz', `${name}.ts`)),
  outdir: compiled,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  keepNames: true,
  logLevel: 'warning',
});
const { campaign } = await import(join(compiled, 'campaign.js'));
process.exitCode = await campaign(process.argv.slice(2), { root, child: join(compiled, 'child.js') });
