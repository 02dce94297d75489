// node --import tsx test/interop/zkcli.mjs
//
// What `export --format zkcli` writes is typed into the zkCli of 3.5 and 3.9, on an empty server of the same release, and what
// a client reads then is compared with what the client of the source had read, but for what zoolog said it left out.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { compile, jars, RELEASES } from '../../fixtures/make/releases.mjs';
import { freePorts, SUPER, startServer, writeConfig } from '../../fixtures/make/server.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'zoolog-zkcli-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const PROPERTIES = {
  'zookeeper.extendedTypesEnabled': 'true',
  'znode.container.checkIntervalMs': '3600000',
  'zookeeper.authProvider.sasl': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
  'zookeeper.authProvider.x509': 'org.apache.zookeeper.server.auth.X509AuthenticationProvider',
};
const QUIET = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dzookeeper.sasl.client=false'];

/** Types lines into zkCli. */
function type(version, address, text) {
  const main = [
    '-Dfile.encoding=UTF-8',
    ...QUIET,
    '-cp',
    jars(version),
    'org.apache.zookeeper.ZooKeeperMain',
  ];
  const child = spawn('java', [...main, '-server', address], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  child.stdin.end(`addauth digest ${SUPER}\n${text}quit\n`);
  return new Promise((resolve) => child.once('exit', () => resolve(said)));
}

/** Runs zoolog; gives what it printed, whatever its exit code. */
async function zoolog(...args) {
  const child = ['--import', 'tsx', join(ROOT, 'src/cli/bin.ts'), ...args];
  return run(process.execPath, child, { cwd: ROOT, maxBuffer: 1 << 26 }).catch((error) => error);
}

const byPath = (file) => {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line)).map((znode) => [znode.path, znode]));
};

/** The limits that are set, by name. */
function limitsIn(znode) {
  const text = Buffer.from(znode?.dataBase64 ?? '', 'base64').toString();
  const limits = [...text.matchAll(/(\w+)=(-?\d+)/g)].map(([, key, value]) => [key, value]);
  return Object.fromEntries(limits.filter(([, value]) => value !== '-1').sort());
}

const told = ({ dataBase64, acl, ephemeralOwner }) => ({ dataBase64, acl, ephemeralOwner });

let wrong = 0;
for (const line of ['3.5', '3.9']) {
  const version = RELEASES[line];
  const source = join(ROOT, 'fixtures', `standalone-${version}`);
  const { stdout: script } = await zoolog('export', source, '--format', 'zkcli');
  const typed = new Set([...script.matchAll(/^(?:create|set) .*$/gm)].map(([text]) => text));
  const dir = join(folder, line);
  const [port] = await freePorts(1);
  writeConfig(dir, { clientPort: port });
  const server = await startServer({ version, dir, port, properties: PROPERTIES });
  try {
    await type(version, server.address, script);
    const file = join(dir, 'read.ndjson');
    const reader = [
      ...QUIET,
      '-cp',
      compile('Driver.java', RELEASES['3.9']),
      'Driver',
      'read',
      server.address,
      file,
    ];
    await run('java', ['-XX:TieredStopAtLevel=1', ...reader]);
    const [expected, found] = [byPath(join(source, 'client.ndjson')), byPath(file)];
    const isOwn = (path) => path === '/zookeeper' || path.startsWith('/zookeeper/');
    let equal = 0;
    for (const [path, znode] of found) {
      if (isOwn(path)) continue;
      const original = expected.get(path);
      if (original !== undefined && isDeepStrictEqual(told(original), told(znode))) equal++;
      else {
        wrong++;
        console.log(
          `${version} ${path}: ${JSON.stringify(original && told(original))} became ${JSON.stringify(told(znode))}`,
        );
      }
    }
    // The root is set, and is there anyway.
    const missing = typed.size - equal;
    if (missing > 0) {
      wrong++;
      console.log(
        `${version}: ${typed.size} typed, ${equal} equal; not there: ${[...expected.keys()].filter((path) => !found.has(path)).join(' ')}`,
      );
    }
    // Quotas: later releases write the same limits in more words. Those below others cannot be set.
    for (const path of [...expected.keys()].filter((one) => one.endsWith('/zookeeper_limits'))) {
      if (path.includes('/inner/')) continue;
      const [a, b] = [expected, found].map((tree) => limitsIn(tree.get(path)));
      // Before 3.7 zkCli refuses a second limit.
      if (isDeepStrictEqual(a, b) || (line === '3.5' && b.count === a.count)) continue;
      wrong++;
      console.log(`${version} ${path}: ${JSON.stringify(a)} became ${JSON.stringify(b)}`);
    }
    console.log(`zkCli of ${version}: ${typed.size} typed, ${equal} read back equal`);
  } finally {
    await server.kill();
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
