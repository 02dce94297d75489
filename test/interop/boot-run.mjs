// Starts a real server on a directory, and notes what came of it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { freePorts, HOST, startServer, status, writeConfig } from '../../fixtures/make/server.mjs';

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
/** Lines of a server's log that name an exception. */
const EXCEPTION = /^(Caused by: )?[a-z]+(\.\w+)+(\$\w+)?(Exception|Error)(: .*)?$/;

/**
 * Copies `pattern` to `dir` and writes zoo.cfg and myid there. Returns the folders, as they are and as they are named
 * in zoo.cfg, and the client port.
 */
export async function prepare({ pattern, dir, config = {}, myid, layout = {}, leads }) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  cpSync(pattern, dir, { recursive: true });
  const [port, quorumPort, electionPort] = await freePorts(3);
  const dataDir = join(dir, layout.dataDir ?? '');
  const logDir = join(dir, layout.dataLogDir ?? '');
  const lines = { clientPort: port, dataDir, ...(logDir !== dataDir && { dataLogDir: logDir }), ...config };
  if (leads) {
    lines['server.1'] = `${HOST}:${quorumPort}:${electionPort}:participant`;
    lines.standaloneEnabled = 'false';
  }
  writeConfig(dir, lines, myid);
  return { dir, port, snapDir: join(dataDir, 'version-2'), logDir: join(logDir, 'version-2') };
}

/**
 * Starts a server and ends it. It `serves` where it stands alone or leads; a member that finds nobody is asked for
 * nothing, it says in its log where it is.
 */
export async function startOn({ dir, port, snapDir, logDir }, version, spec, serves) {
  const before = listing(dir, snapDir, logDir);
  const properties = Object.fromEntries(
    Object.entries(spec).map(([key, value]) => [PROPERTIES[key], String(value)]),
  );
  const log = () => readFileSync(join(dir, 'server.log'), 'utf8');
  const isReady = async () => (serves ? (await status(port)) !== undefined : ELECTION.test(log()));
  let outcome;
  try {
    const server = await startServer({ version, dir, port, properties, isReady, seconds: 25, heapMb: 96 });
    const said = serves ? await status(port) : { zxid: BigInt(`0x${ELECTION.exec(log())[1]}`) };
    await server.kill();
    outcome = { zxid: `0x${BigInt.asUintN(64, said.zxid).toString(16)}`, nodes: said.nodes ?? null };
  } catch {
    const lines = log()
      .split('\n')
      .filter((line) => EXCEPTION.test(line))
      .map((line) => line.replaceAll(dir, 'DIR'));
    outcome = { errors: [...new Set(lines)] };
  }
  return { ...outcome, changed: changes(before, listing(dir, snapDir, logDir)) };
}

/** Files that a start may change, with size and time, by their names in `dir`. */
function listing(dir, snapDir, logDir) {
  const found = new Map();
  for (const folder of new Set([snapDir, logDir, join(logDir, '..')])) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      const stat = statSync(file);
      const isOfServer = folder === snapDir || folder === logDir || name === 'initialize';
      if (stat.isFile() && isOfServer)
        found.set(relative(dir, file), `${stat.size} bytes of ${stat.mtimeMs}`);
    }
  }
  return found;
}

function changes(before, after) {
  const changed = [];
  for (const file of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(file) === after.get(file)) continue;
    const how = before.has(file) ? (after.has(file) ? 'rewrite' : 'delete') : 'write';
    changed.push(`${how} ${file}`);
  }
  return changed.sort();
}
