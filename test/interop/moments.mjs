// node --import tsx test/interop/moments.mjs [SEED]
//
// The tree at a moment is what a real server makes of the files up to there: for five zxids of the load fixture the logs
// are cut behind the zxid, a server replays them from its first snapshot, and what a client reads of it is compared with
// the tree that zoolog has at that zxid, znode by znode.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { compile, RELEASES } from '../../fixtures/make/releases.mjs';
import { freePort, startServer, writeConfig } from '../../fixtures/make/server.mjs';
import { openTree } from '../../src/source/open.ts';
import { clientView } from '../support/client-view.ts';
import { named, recordsOf } from './boot-make.ts';

const FIXTURE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'load-3.9.5');
const LAST = JSON.parse(readFileSync(join(FIXTURE, 'fixture.json'), 'utf8')).servers[0].lastLoggedZxid;
const MOMENTS = 5;

const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
let state = seed;
/** A number below `bound` (a linear congruential generator, Numerical Recipes). */
function random(bound) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

/** The fixture's first snapshot, and its logs up to a zxid. */
function filesUpTo(zxid, dir) {
  mkdirSync(dir, { recursive: true });
  cpSync(join(FIXTURE, 'version-2'), join(dir, 'version-2'), { recursive: true });
  for (const name of named(dir, 'snapshot').slice(1)) rmSync(join(dir, 'version-2', name));
  for (const name of named(dir, 'log')) {
    const file = join(dir, 'version-2', name);
    const bytes = readFileSync(file);
    // The zxid stands behind the frame, the session and the cxid.
    const later = recordsOf(bytes).find(({ offset }) => bytes.readBigInt64BE(offset + 12 + 12) > zxid);
    if (later === undefined) continue;
    if (later.offset === 16) rmSync(file);
    else truncateSync(file, later.offset);
  }
}

/** What a client reads of a server that was started on these files. */
async function readByClient(dir) {
  const version = RELEASES['3.9'];
  const port = await freePort();
  writeConfig(dir, { clientPort: port });
  const server = await startServer({ version, dir, port });
  try {
    const out = join(dir, 'client.ndjson');
    const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dzookeeper.sasl.client=false'];
    const classpath = compile('Driver.java', version);
    execFileSync('java', [...quiet, '-cp', classpath, 'Driver', 'read', server.address, out], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    await server.kill();
  }
}

function readByZoolog(zxid) {
  const onProblem = ({ code }) => {
    throw new Error(`unexpected problem ${code}`);
  };
  const tree = openTree(`${FIXTURE}@0x${zxid.toString(16)}`, { onNote: () => {}, onProblem });
  try {
    if (tree.moment.exactness !== 'exact') throw new Error(`not exact: ${tree.moment.reason}`);
    return [...tree.znodes({ numChildren: true })].map(clientView);
  } finally {
    tree.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'zoolog-moments-'));
let failed = 0;
try {
  for (let n = 0; n < MOMENTS; n++) {
    const zxid = BigInt(1 + random(Number(LAST)));
    const dir = join(folder, String(n));
    filesUpTo(zxid, dir);
    const expected = new Map((await readByClient(dir)).map((znode) => [znode.path, znode]));
    const found = new Map(readByZoolog(zxid).map((znode) => [znode.path, znode]));
    const paths = [...new Set([...expected.keys(), ...found.keys()])];
    const wrong = paths.filter((path) => !isDeepStrictEqual(expected.get(path), found.get(path)));
    console.log(
      `the tree at 0x${zxid.toString(16)}: ${expected.size} znodes, ${wrong.length} differ from what a client reads`,
    );
    for (const path of wrong.slice(0, 3))
      console.log({ path, client: expected.get(path), zoolog: found.get(path) });
    if (wrong.length > 0) failed++;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${MOMENTS - failed} of ${MOMENTS} moments equal (seed ${seed})`);
process.exitCode = failed === 0 ? 0 : 1;
