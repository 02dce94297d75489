// node --import tsx test/interop/convert.mjs [--quick] [FROM-TO...]
//
// Trees of every release line are converted for every release line, a real server of that line is started on the result,
// and what its client reads is compared with what the client of the source had read, but for what changes.ndjson lists.
// Then sequential znodes are created, whose numbers the source tells, and the server is killed and started again.
//
// Others are made with options: other codecs, a fresh zxid, mapped ACLs, sessions and ephemerals kept, and two trees merged
// into one.
//
// --quick tries each line once as a source and once as a target. FROM-TO (3.4-3.9), `options`, `merged` and `ensemble`
// choose.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { compile, jars, RELEASES } from '../../fixtures/make/releases.mjs';
import { freePorts, HOST, startServer, status, writeConfig } from '../../fixtures/make/server.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const LINES = Object.keys(RELEASES).sort();
const AT_ONCE = 2;
const PROPERTIES = {
  'zookeeper.extendedTypesEnabled': 'true',
  // Nothing is to expire meanwhile.
  'znode.container.checkIntervalMs': '3600000',
};
/** Znodes whose number for the next sequential child is not 0. */
const PARENTS = ['/', '/sequence', '/multi', '/acl', '/zookeeper/quota'];

/** /zookeeper/config as every new tree of 3.5 and later has it. */
const READ_ALL = [{ perms: 1, scheme: 'world', id: 'anyone' }];
const NEW = {
  path: '/zookeeper/config',
  dataBase64: '',
  czxid: '0x0',
  mzxid: '0x0',
  pzxid: '0x0',
  ephemeralOwner: '0x0',
};
const COUNTS = { version: 0, cversion: 0, aversion: -1, dataLength: 0, numChildren: 0 };
const CONFIG = { ...NEW, ctime: 0, mtime: 0, ...COUNTS, acl: READ_ALL };

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'zoolog-convert-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const classpath = compile('Driver.java', RELEASES['3.9']);

async function client(...args) {
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dzookeeper.sasl.client=false'];
  const { stdout } = await run('java', [
    '-XX:TieredStopAtLevel=1',
    ...quiet,
    '-cp',
    classpath,
    'Driver',
    ...args,
  ]);
  return stdout.trim().split('\n');
}

/** What a client reads of a server, by path. */
async function readTree(address, file) {
  await client('read', address, file);
  return byPath(readFileSync(file, 'utf8'));
}

function byPath(ndjson) {
  const znodes = ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(znodes.map((znode) => [znode.path, znode]));
}

async function convert(source, output, ...options) {
  const zoolog = ['--import', 'tsx', join(ROOT, 'src/cli/bin.ts')];
  await run(process.execPath, [...zoolog, 'convert', source, '-o', output, '--quiet', ...options], {
    cwd: ROOT,
  });
  const changes = readFileSync(join(output, 'changes.ndjson'), 'utf8').trim();
  return changes === '' ? [] : changes.split('\n').map((line) => JSON.parse(line));
}

/** The tree that a client of the source had read, with what changes.ndjson lists done to it, below `prefix`. */
function expectedOf(read, changes, prefix, zxid) {
  const tree = new Map([...read].map(([path, znode]) => [path, { ...znode }]));
  for (const { change, path } of changes) {
    // The client's cversion is 2 x the stored one less the number of children.
    const parent = tree.get(parentOf(path));
    if (change === 'left-out' && tree.has(path)) {
      tree.delete(path);
      parent.numChildren--;
      parent.cversion++;
    } else if (change === 'added' && path === '/zookeeper/config') {
      parent.numChildren++;
      parent.cversion--;
      tree.set(path, CONFIG);
    }
  }
  if (prefix === '') return tree;
  const moved = new Map();
  for (const [path, znode] of tree) {
    if (path === '/' || path.startsWith('/zookeeper')) continue;
    moved.set(prefix + path, { ...znode, path: prefix + path });
  }
  const { numChildren, cversion, ...root } = tree.get('/');
  // /zookeeper was a child of it and is none any more.
  const top = {
    ...root,
    path: prefix,
    czxid: zxid,
    mzxid: zxid,
    numChildren: numChildren - 1,
    cversion: cversion + 1,
  };
  return moved.set(prefix, top);
}

function parentOf(path) {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Where two trees differ, in words. */
function differences(expected, found, isOurs) {
  const wrong = [];
  for (const path of new Set([...expected.keys(), ...found.keys()])) {
    if (isOurs(path)) continue;
    const [a, b] = [expected.get(path), found.get(path)].map((znode) => znode && comparable(znode));
    if (!isDeepStrictEqual(a, b)) wrong.push(`${path}: ${JSON.stringify(a)} became ${JSON.stringify(b)}`);
  }
  return wrong;
}

/** Servers count the statistics of quotas anew when they start. */
function comparable(znode) {
  if (!znode.path.endsWith('/zookeeper_stats')) return znode;
  return { ...znode, dataBase64: null, dataLength: null };
}

const name = (number) => String(number).padStart(10, '0');

async function pair({ from, to, prefix, options = [], acl: mapped = (one) => one }) {
  const fixture = join(ROOT, 'fixtures', `standalone-${RELEASES[from]}`);
  const version = RELEASES[to];
  const what = options.map((word) => (word.startsWith('/') ? 'FILE' : word));
  const label = [`${from} to ${to}${prefix === '' ? '' : ` as ${prefix}`}`, ...what].join(' ');
  const dir = join(folder, label.replace(/\W/g, '-'));
  const old = to === '3.4' ? ['--containers', 'persistent', '--ttl', 'persistent'] : [];
  const map = prefix === '' ? [] : ['--map', `/=${prefix}`];
  const changes = await convert(fixture, dir, '--for', to, ...old, ...map, ...options);
  const { zxid, time } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  const source = byPath(readFileSync(join(fixture, 'client.ndjson'), 'utf8'));
  const expected = expectedOf(source, changes, prefix, zxid);
  for (const [path, znode] of expected) expected.set(path, { ...znode, acl: znode.acl.map(mapped) });
  if (prefix !== '') {
    const top = expected.get(prefix);
    const times = { ctime: Date.parse(time), mtime: Date.parse(time) };
    expected.set(prefix, { ...top, ...times });
    const between = { ...CONFIG, czxid: zxid, mzxid: zxid, pzxid: zxid, ...times, aversion: 0 };
    const acl = [{ perms: 31, scheme: 'world', id: 'anyone' }];
    for (let path = parentOf(prefix); path !== '/'; path = parentOf(path)) {
      // One child was created: 2 x 1 less the number of children.
      expected.set(path, { ...between, path, cversion: 1, numChildren: 1, acl });
    }
  }
  const [port] = await freePorts(1);
  writeConfig(dir, { clientPort: port });
  const start = () => startServer({ version, dir, port, properties: PROPERTIES });
  let server = await start();
  const wrong = [];
  try {
    const first = await readTree(server.address, join(dir, 'first.ndjson'));
    const isOurs = (path) => prefix !== '' && (path === '/' || path.startsWith('/zookeeper'));
    wrong.push(...differences(expected, first, isOurs));
    // The stored cversion, from which sequential names are made.
    const parents = PARENTS.map((path) =>
      path.startsWith('/zookeeper') ? path : prefix + path.replace(/^\/$/, ''),
    )
      .map((path) => path || '/')
      .filter((path) => first.has(path));
    const numbers = parents.map((path) => {
      const { cversion, numChildren } = expected.get(path) ?? first.get(path);
      return name((cversion + numChildren) / 2);
    });
    const appended = await client('append', server.address, ...parents);
    for (const [i, path] of appended.entries()) {
      if (!path.endsWith(`appended-${numbers[i]}`)) wrong.push(`${path}: not the number ${numbers[i]}`);
    }
    const second = await readTree(server.address, join(dir, 'second.ndjson'));
    const touched = new Set([...parents, ...appended]);
    wrong.push(...differences(first, second, (path) => touched.has(path)));
    await server.kill();
    server = await start();
    const third = await readTree(server.address, join(dir, 'third.ndjson'));
    wrong.push(...differences(second, third, () => false));
    for (const path of appended) if (!third.has(path)) wrong.push(`${path}: lost`);
    const said = readFileSync(join(dir, 'server.log'), 'utf8');
    if (/digest(s are)? not match/i.test(said)) wrong.push('the server says that digests do not match');
  } finally {
    await server.kill();
  }
  rmSync(dir, { recursive: true, force: true });
  return { label, znodes: expected.size, wrong };
}

/** Two trees under different prefixes, in one. */
async function merged() {
  const to = LINES.at(-1);
  const [port] = await freePorts(1);
  const dir = join(folder, 'merged');
  const fixtures = ['3.4', '3.8'].map((line) => join(ROOT, 'fixtures', `standalone-${RELEASES[line]}`));
  const zoolog = ['--import', 'tsx', join(ROOT, 'src/cli/bin.ts'), 'convert', ...fixtures];
  const into = ['--into', '/old', '--into', '/new/one', '-o', dir, '--for', to, '--quiet'];
  await run(process.execPath, [...zoolog, ...into], { cwd: ROOT });
  const lines = readFileSync(join(dir, 'changes.ndjson'), 'utf8').trim().split('\n');
  const changes = lines.map((line) => JSON.parse(line)).filter(({ change }) => change === 'left-out');
  const { zxid, time } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  const times = { ctime: Date.parse(time), mtime: Date.parse(time) };
  const expected = new Map();
  for (const [i, prefix] of ['/old', '/new/one'].entries()) {
    const read = byPath(readFileSync(join(fixtures[i], 'client.ndjson'), 'utf8'));
    for (const [path, znode] of expectedOf(read, changes, prefix, zxid)) expected.set(path, znode);
    expected.set(prefix, { ...expected.get(prefix), ...times });
  }
  writeConfig(dir, { clientPort: port });
  const server = await startServer({ version: RELEASES[to], dir, port, properties: PROPERTIES });
  const isOurs = (path) => path === '/' || path === '/new' || path.startsWith('/zookeeper');
  try {
    const found = await readTree(server.address, join(dir, 'first.ndjson'));
    const wrong = differences(expected, found, isOurs);
    const said = readFileSync(join(dir, 'server.log'), 'utf8');
    if (/digest(s are)? not match/i.test(said)) wrong.push('the server says that digests do not match');
    return { label: 'of two trees merged', znodes: expected.size, wrong };
  } finally {
    await server.kill();
  }
}

/** Three servers of the newest line from one converted snapshot: they elect, write, and have the same tree. */
async function ensemble() {
  const to = LINES.at(-1);
  const version = RELEASES[to];
  const fixture = join(ROOT, 'fixtures', 'standalone-3.8.6');
  const output = join(folder, 'ensemble');
  const changes = await convert(fixture, output, '--for', to, '--servers', '1,2,3');
  const expected = expectedOf(
    byPath(readFileSync(join(fixture, 'client.ndjson'), 'utf8')),
    changes,
    '',
    null,
  );
  const ports = await freePorts(9);
  const ids = [1, 2, 3];
  const members = Object.fromEntries(
    ids.map((id) => [
      `server.${id}`,
      `${HOST}:${ports[id + 2]}:${ports[id + 5]}:participant;${HOST}:${ports[id - 1]}`,
    ]),
  );
  const wrong = [];
  const dirs = ids.map((id) => join(output, String(id)));
  const snapshots = dirs.map((dir) => readFileSync(join(dir, 'version-2', 'snapshot.1c4')));
  if (!snapshots.every((bytes) => bytes.equals(snapshots[0]))) wrong.push('the snapshots are not identical');
  const servers = [];
  try {
    for (const [i, dir] of dirs.entries()) {
      writeConfig(dir, { ...members, clientPort: ports[i] }, i + 1);
      servers.push(startServer({ version, dir, port: ports[i], properties: PROPERTIES, seconds: 60 }));
    }
    const started = await Promise.all(servers);
    const modes = await Promise.all(started.map(async ({ port }) => (await status(port)).mode));
    if (modes.toSorted().join() !== 'follower,follower,leader') wrong.push(`modes ${modes}`);
    const isOfServers = (path) => path.startsWith('/zookeeper/config');
    const first = await readTree(started[0].address, join(output, 'first.ndjson'));
    wrong.push(...differences(expected, first, isOfServers));
    const appended = await client('append', started[1].address, '/', '/sequence');
    await sleep(500);
    for (const { address } of started) {
      const tree = await readTree(address, join(output, 'second.ndjson'));
      for (const path of appended) if (!tree.has(path)) wrong.push(`${path}: not on ${address}`);
      if (tree.get(appended[0])?.czxid?.startsWith('0x1000000') === false) wrong.push('not of epoch 1');
    }
  } finally {
    for (const server of await Promise.allSettled(servers)) await server.value?.kill();
  }
  return { label: `ensemble of ${version}`, znodes: expected.size, wrong };
}

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('--'));
const all = LINES.flatMap((from) => LINES.map((to) => ({ from, to, prefix: '' })));
const moved = LINES.map((to, i) => ({ from: LINES.at(-1 - i), to, prefix: '/moved/here' }));
const shifted = LINES.map((from, i) => ({
  from,
  to: LINES.at(i - 2),
  prefix: i % 3 === 0 ? '/moved/here' : '',
}));
const rules = join(folder, 'rules');
writeFileSync(rules, 'ip:* => ip:10.9.8.7\ndigest:*:* => digest:of-*:*\n');
/** The same, by hand. */
const byRules = ({ perms, scheme, id }) => {
  if (scheme === 'ip') return { perms, scheme, id: '10.9.8.7' };
  return scheme === 'digest' ? { perms, scheme, id: `of-${id}` } : { perms, scheme, id };
};
const optional = [
  { from: '3.8', to: '3.9', prefix: '', options: ['--codec', 'gz'] },
  { from: '3.9', to: '3.6', prefix: '', options: ['--codec', 'snappy'] },
  { from: '3.7', to: '3.9', prefix: '/moved', options: ['--zxid', 'fresh'] },
  { from: '3.9', to: '3.5', prefix: '', options: ['--no-trailer'] },
  { from: '3.6', to: '3.9', prefix: '', options: ['--acl-map', rules], acl: byRules },
  { from: '3.5', to: '3.4', prefix: '', options: ['--acl-map', rules], acl: byRules },
  ...['3.4', '3.6', '3.9'].map((line) => ({
    ...{ from: line, to: line, prefix: '', options: ['--keep-sessions', '--keep-config'] },
  })),
];
const pairs = [...(words.includes('--quick') ? shifted : [...all, ...moved]), ...optional];
const isNamed = ({ from, to, options }) =>
  named.length === 0 ||
  named.includes(`${from}-${to}`) ||
  (options !== undefined && named.includes('options'));
const chosen = pairs.filter(isNamed);
for (const { to } of chosen) jars(RELEASES[to]);

const started = Date.now();
const jobs = chosen.map((one) => () => pair(one));
if (named.length === 0 || named.includes('ensemble')) jobs.push(ensemble);
if (named.length === 0 || named.includes('merged')) jobs.push(merged);
let failed = 0;
let next = 0;
async function work() {
  for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
    const { label, znodes, wrong } = await job().catch((error) => ({
      label: 'failed',
      znodes: 0,
      wrong: [error.stack],
    }));
    console.log(
      `convert ${label}: ${znodes} znodes, ${wrong.length === 0 ? 'equal' : `${wrong.length} wrong`}`,
    );
    for (const line of wrong.slice(0, 5)) console.log(`    ${line}`);
    if (wrong.length > 0) failed++;
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `convert: ${jobs.length} conversions in ${seconds} s, ${jobs.length - failed} good, ${failed} not`,
);
process.exit(failed === 0 ? 0 : 1);
