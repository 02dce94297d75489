// Starts a real server on a directory and compares what comes of it with the prediction.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startServer, status, writeConfig } from '../../fixtures/make/server.mjs';
import { simulateBoot } from '../../src/datadir/boot.ts';
import { BootFiles } from '../../src/datadir/boot-files.ts';
import { treeAfterBoot } from '../../src/datadir/boot-tree.ts';
import { openDataDir } from '../../src/datadir/data-dir.ts';
import { parseRelease } from '../../src/datadir/release.ts';

/** Fields of a ServerSpec, and the system properties that say the same to a real server. */
const PROPERTIES = {
  extendedTypes: 'zookeeper.extendedTypesEnabled',
  emulate353: 'zookeeper.emulate353TTLNodes',
  digestEnabled: 'zookeeper.digest.enabled',
  closeSessionTxn: 'zookeeper.closeSessionTxn.enabled',
  lastZxidBlock: 'zookeeper.serializeLastProcessedZxid.enabled',
  trustEmpty: 'zookeeper.snapshot.trust.empty',
  dbAutocreate: 'zookeeper.db.autocreate',
  maxBuffer: 'jute.maxbuffer',
  extraBuffer: 'zookeeper.jute.maxbuffer.extrasize',
  compression: 'zookeeper.snapshot.compression.method',
};

/** What a member of an ensemble that finds nobody else says when it has loaded its data. */
const ELECTION = /New election\. My id = +\d+, proposed zxid=0x([0-9a-f]+)/;

/**
 * Predicts and starts. Returns lines that say where the two differ, none where they agree.
 * `pattern` holds the files; it is copied, and the server runs on the copy in `dir`.
 */
export async function runCase({ pattern, dir, release, spec = {}, config = {}, myid, layout = {} }) {
  const version = parseRelease(release).text;
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  cpSync(pattern, dir, { recursive: true });
  const port = await freePort();
  const dataDir = layout.dataDir === undefined ? dir : join(dir, layout.dataDir);
  const logDir = layout.dataLogDir === undefined ? dataDir : join(dir, layout.dataLogDir);
  const lines = { clientPort: port, dataDir, ...(logDir !== dataDir && { dataLogDir: logDir }), ...config };
  writeConfig(dir, lines, myid);
  const folders = { snapDir: join(dataDir, 'version-2'), logDir: join(logDir, 'version-2') };

  const predicted = predict(join(dir, 'zoo.cfg'), version, spec);
  const before = listing(folders);
  const actual = await start({ version, dir, port, spec, isAlone: predicted.boot.mode === 'standalone' });
  return compare(predicted, actual, { before, after: listing(folders) });
}

function predict(config, release, spec) {
  const files = new BootFiles();
  const data = openDataDir(config);
  const boot = simulateBoot(data, { release, ...spec }, files);
  return { boot, tree: boot.boots ? treeAfterBoot(data, boot, files) : null };
}

/** What came of it: zxid and node count, or the server's log. */
async function start({ version, dir, port, spec, isAlone }) {
  const properties = Object.fromEntries(
    Object.entries(spec)
      .filter(([key]) => PROPERTIES[key] !== undefined)
      .map(([key, value]) => [PROPERTIES[key], String(value)]),
  );
  const log = () => readFileSync(join(dir, 'server.log'), 'utf8');
  const isReady = async () => (isAlone ? (await status(port)) !== undefined : ELECTION.test(log()));
  let server;
  try {
    server = await startServer({ version, dir, port, properties, isReady, seconds: 25, heapMb: 96 });
  } catch {
    return { boots: false, log: log() };
  }
  const said = isAlone ? await status(port) : { zxid: BigInt(`0x${ELECTION.exec(log())[1]}`), nodes: null };
  await server.kill();
  return { boots: true, zxid: BigInt.asIntN(64, said.zxid), nodes: said.nodes, log: log() };
}

function compare({ boot, tree }, actual, { before, after }) {
  const wrong = [];
  const say = (what, predicted, found) => {
    if (predicted !== found) wrong.push(`${what}: predicted ${predicted}, found ${found}`);
  };
  say('boots', boot.boots, actual.boots);
  if (boot.boots !== actual.boots) {
    wrong.push(`predicted: ${boot.boots ? boot.zxid : boot.error}`, lastErrors(actual.log));
    return wrong;
  }
  if (boot.boots) {
    say('zxid', hex(boot.zxid), hex(actual.zxid));
    // A server counts the root twice.
    if (actual.nodes !== null) say('node count', tree.znodes + 1, actual.nodes);
  } else if (!actual.log.includes(boot.error)) {
    wrong.push(`its log lacks: ${boot.error}`, lastErrors(actual.log));
  }
  for (const { file, change } of boot.changes) {
    const was = before.get(file);
    const is = after.get(file);
    if (change === 'write' && (was !== undefined || is === undefined)) wrong.push(`${file} was not written`);
    if (change === 'rewrite' && (is === undefined || is === was)) wrong.push(`${file} was not rewritten`);
    if (change === 'delete' && (was === undefined || is !== undefined)) wrong.push(`${file} was not deleted`);
  }
  const foretold = new Set(boot.changes.map(({ file }) => file));
  for (const file of new Set([...before.keys(), ...after.keys()])) {
    if (foretold.has(file) || before.get(file) === after.get(file)) continue;
    wrong.push(`${file} changed: ${before.get(file) ?? 'absent'} to ${after.get(file) ?? 'absent'}`);
  }
  return wrong;
}

/** Files that a start may change, with size and time. */
function listing({ snapDir, logDir }) {
  const found = new Map();
  for (const folder of new Set([snapDir, logDir, join(logDir, '..')])) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      const stat = statSync(file);
      const isOfServer = folder === snapDir || folder === logDir || name === 'initialize';
      if (stat.isFile() && isOfServer) found.set(file, `${stat.size} bytes of ${stat.mtimeMs}`);
    }
  }
  return found;
}

function lastErrors(log) {
  const lines = log.split('\n').filter((line) => /ERROR|Exception|Caused by|Error:/.test(line));
  return lines.slice(-6).join('\n    ');
}

function hex(value) {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
