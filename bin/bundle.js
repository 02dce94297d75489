// Bundles the compiled command line into one file in dist/bundle, and one for each kind of thread. Start-up is part of
// the interface, and most of it is finding and reading 200 small modules: 200 ms of CPU as tsc leaves it, 110 in a file a
// command with what they share in others, 95 in one, of which a bare `node -e 0` takes 50. What a command imports late
// is in the file, and is run only then. The library is not bundled.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// yargs measures its help text with string-width, whose Intl.Segmenter takes 50 ms to make, asked for help or not.
// The text is ours and plain.
const plainWidth = {
  name: 'plain-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      /[\\/](yargs|cliui|wrap-ansi)[\\/]/.test(importer)
        ? { path: 'plain-width', namespace: 'plain-width' }
        : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'plain-width' }, () => ({
      contents: 'export default (text) => text.length;',
    }));
  },
};

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
rmSync(join(dist, 'bundle'), { recursive: true, force: true });
await build({
  // Threads are started by their names beside the file that starts them.
  entryPoints: {
    zoolog: join(dist, 'cli', 'bin.js'),
    'log-thread': join(dist, 'cli', 'log-thread.js'),
    'digest-thread': join(dist, 'cli', 'digest-thread.js'),
    'loaded-thread': join(dist, 'cli', 'loaded-thread.js'),
    'path-thread': join(dist, 'store', 'path-thread.js'),
  },
  outdir: join(dist, 'bundle'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  plugins: [plainWidth],
  external: ['better-sqlite3'],
  // CommonJS packages in the bundle call require for node's own modules.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  logLevel: 'warning',
});
