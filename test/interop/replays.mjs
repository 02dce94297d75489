// node --import tsx test/interop/replays.mjs
//
// What releases before 3.6 make of a snapshot that holds effects of the txns behind it: real servers start on such
// directories, and the stat that a client reads is what a replay by their rules leaves.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, RELEASES } from '../../fixtures/make/releases.mjs';
import { freePort, startServer, writeConfig } from '../../fixtures/make/server.mjs';
import { simulateBoot } from '../../src/datadir/boot.ts';
import { treeAfterBoot } from '../../src/datadir/boot-tree.ts';
import { openDataDir } from '../../src/datadir/data-dir.ts';
import { create2, del, logBytes } from '../support/log-spec.ts';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.ts';

const parent = (cversion, pzxid) => ({ path: '/p', acl: 1n, stat: { cversion, pzxid } });
const child = { path: '/p/b', acl: 1n, stat: { czxid: 5n, mzxid: 5n, pzxid: 5n } };

/**
 * The directories of test/datadir/boot.test.ts. By line the cversion and pzxid of /p as a client reads them; its cversion
 * is twice the stored one without the children there are.
 */
const CASES = [
  {
    name: 'a delete of what is gone',
    files: {
      'snapshot.3': snapshotBytes({ znodes: [...NEW_TREE, parent(1, 3n)] }),
      'log.4': logBytes({ txns: [{ zxid: 4n, ...del('/p/a') }] }),
    },
    stats: { 3.4: [2, '0x3'], 3.5: [2, '0x4'], 3.6: [2, '0x4'], 3.9: [2, '0x4'] },
    wrong: ['3.4'],
  },
  {
    name: 'a create2 of what is there',
    files: {
      'snapshot.2': snapshotBytes({ znodes: [...NEW_TREE, parent(2, 5n), child] }),
      'log.3': logBytes({
        txns: [
          { zxid: 3n, ...create2('/p/a', '', { parentCVersion: 1 }) },
          { zxid: 4n, ...del('/p/a') },
          { zxid: 5n, ...create2('/p/b', '', { parentCVersion: 2 }) },
        ],
      }),
    },
    stats: { 3.5: [1, '0x4'], 3.6: [3, '0x5'], 3.9: [3, '0x5'] },
    wrong: ['3.5'],
  },
];

// A new one talks to old servers.
const CLIENT = compile('Driver.java', RELEASES['3.9']);

/** What a client reads of /p when a server of `version` has started on `dir`. */
async function readByClient(dir, version) {
  const port = await freePort();
  writeConfig(dir, { clientPort: port });
  const server = await startServer({ version, dir, port });
  try {
    const out = join(dir, 'client.ndjson');
    const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dzookeeper.sasl.client=false'];
    execFileSync('java', [...quiet, '-cp', CLIENT, 'Driver', 'read', server.address, out], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line)).find(({ path }) => path === '/p');
  } finally {
    await server.kill();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'zoolog-replays-'));
let failed = 0;
try {
  for (const { name, files, stats, wrong } of CASES) {
    for (const [line, expected] of Object.entries(stats)) {
      const dir = join(folder, `${name}-${line}`.replaceAll(' ', '-'));
      mkdirSync(join(dir, 'version-2'), { recursive: true });
      for (const [file, bytes] of Object.entries(files)) writeFileSync(join(dir, 'version-2', file), bytes);
      const data = openDataDir(dir);
      const differs = treeAfterBoot(data, simulateBoot(data, { release: line })).differs?.znodes ?? 0;
      const { cversion, pzxid } = await readByClient(dir, RELEASES[line]);
      const isAsForetold = differs === (wrong.includes(line) ? 1 : 0);
      const isAsExpected = cversion === expected[0] && pzxid === expected[1];
      console.log(
        `${name}, ${line}: cversion ${cversion}, pzxid ${pzxid}: ${isAsExpected && isAsForetold ? 'as foretold' : 'NOT as foretold'}`,
      );
      if (!isAsExpected || !isAsForetold) failed++;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
