// The main job on the fixtures: index two clusters, list, query, compare, print transactions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'zoolog-demo-'));
const index = join(folder, 'case.db');
const zk = 'fixtures/ensemble-3.8.6';

/** Command lines; `case.db` stands for the index in the temporary folder. */
const STEPS = [
  ['inspect', 'fixtures/standalone-3.9.5'],
  ['index', '-o', 'case.db', `prod=${zk}/zk1,${zk}/zk2,${zk}/zk3`, 'staging=fixtures/standalone-3.9.5'],
  ['ls', 'case.db#staging', '/', '--long'],
  ['get', 'case.db#staging', '/plain'],
  ['stat', 'case.db#staging', '/ttl/stays'],
  ['find', 'case.db#staging', '--kind', 'ephemeral'],
  ['du', 'case.db#prod', '--max-depth', '1'],
  ['diff', 'fixtures/standalone-3.9.5@0x1b7', 'case.db#staging'],
  ['log', 'case.db#staging', '--op', 'delete,deleteContainer', '--limit', '5'],
  ['log', 'case.db#prod', '--failed', '--limit', '3', '--format', 'ndjson'],
  ['sql', 'case.db', 'SELECT cluster, server, count(*) AS txns FROM copies GROUP BY 1, 2 ORDER BY 1, 2'],
];

let status = 0;
console.log('case.db is made in a temporary folder, and removed at the end.\n');
try {
  for (const step of STEPS) {
    console.log(`$ zoolog ${step.map((word) => (/[\s*#]/.test(word) ? `"${word}"` : word)).join(' ')}`);
    const args = step.map((word) =>
      word.startsWith('case.db') ? index + word.slice('case.db'.length) : word,
    );
    const run = spawnSync(process.execPath, [join(root, 'bin/zoolog.js'), ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    process.stdout.write(run.stdout.replaceAll(index, 'case.db'));
    process.stderr.write(run.stderr.replaceAll(index, 'case.db'));
    console.log('');
    // 1 is the answer "they differ".
    if (run.status !== 0 && !(step[0] === 'diff' && run.status === 1)) {
      console.error(`zoolog ${step[0]} ended with exit code ${run.status}`);
      status = 1;
      break;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status;
