// Set-up of a fresh clone: installs what package-lock.json names and compiles src to dist.
// Does nothing that is already done; `npm run demo` and `npm test` call it first.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command in the project's root; ends this process with its exit code where it fails. */
function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Modification time (ms) of the newest file below a folder, or of a file. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`zoolog needs Node 20.20 or newer, this is ${process.versions.node}`);
  process.exit(1);
}

const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');
if (!existsSync(installed) || newest(installed) < newest(lock)) {
  // better-sqlite3 is compiled by node-gyp, which downloads Node's headers from nodejs.org unless it is
  // told where they are. They usually lie beside the running Node; this keeps the set-up to the npm registry.
  const prefix = join(dirname(process.execPath), '..');
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'));
  console.error('setting up: npm install (compiles better-sqlite3, about a minute)');
  // Not npm ci: it refuses a lock in which the optional packages of other platforms are missing, as it is where the
  // registry at hand does not carry them. With --no-save the lock is followed and stays as it is.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', args, hasHeaders ? { npm_config_nodedir: prefix } : {});
}

const built = join(root, 'dist', 'bundle', 'zoolog.js');
const inputs = ['src', 'bin/bundle.js', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const sources = inputs.map((path) => newest(join(root, path)));
if (!existsSync(built) || statSync(built).mtimeMs < Math.max(...sources)) {
  console.error('setting up: compiling src to dist');
  run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
  run(process.execPath, [join(root, 'bin', 'bundle.js')]);
}
