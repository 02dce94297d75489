// node --import tsx test/interop/scrub.mjs [LINE...]
//
// What each release line's server wrote is scrubbed, a server of that line is started on the copy, and what its client
// reads is compared with what the client had read of the original: all but names, data and ACLs must be equal, and the
// server must find no digest that does not match.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { compile, RELEASES } from '../../fixtures/make/releases.mjs';
import { freePorts, startServer, writeConfig } from '../../fixtures/make/server.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'zoolog-scrub-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const PROPERTIES = {
  'zookeeper.extendedTypesEnabled': 'true',
  'znode.container.checkIntervalMs': '3600000',
};
const QUIET = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dzookeeper.sasl.client=false'];

/** What stays of each znode, in the order of their creation. */
function kept(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines
    .map((line) => {
      const { path, dataBase64, acl, ...stat } = JSON.parse(line);
      const isStats = path.endsWith('/zookeeper_stats');
      // Servers count the statistics of quotas anew when they start.
      const dataLength = isStats ? null : stat.dataLength;
      const depth = path.split('/').length;
      const entries = acl.map(({ perms, scheme, id }) => `${perms} ${scheme} ${id.length}`);
      return JSON.stringify({ ...stat, dataLength, length: path.length, depth, entries });
    })
    .sort();
}

let wrong = 0;
const lines = process.argv.slice(2);
for (const [line, version] of Object.entries(RELEASES).sort()) {
  if (lines.length > 0 && !lines.includes(line)) continue;
  const source = join(ROOT, 'fixtures', `standalone-${version}`);
  const dir = join(folder, line);
  const zoolog = ['--import', 'tsx', join(ROOT, 'src/cli/bin.ts'), 'scrub', source, '-o', dir, '--quiet'];
  await run(process.execPath, zoolog, { cwd: ROOT });
  const [port] = await freePorts(1);
  writeConfig(dir, { clientPort: port });
  const server = await startServer({ version, dir, port, properties: PROPERTIES });
  try {
    const file = join(dir, 'read.ndjson');
    const driver = ['-cp', compile('Driver.java', RELEASES['3.9']), 'Driver', 'read', server.address, file];
    await run('java', ['-XX:TieredStopAtLevel=1', ...QUIET, ...driver]);
    const [before, after] = [kept(join(source, 'client.ndjson')), kept(file)];
    const isEqual = isDeepStrictEqual(before, after);
    const said = readFileSync(join(dir, 'server.log'), 'utf8');
    const isRight = !/digest(s are)? not match/i.test(said);
    if (!isEqual || !isRight) wrong++;
    console.log(
      `scrub ${version}: ${after.length} znodes, ${isEqual ? 'equal' : 'NOT EQUAL'}${isRight ? '' : ', WRONG DIGESTS'}`,
    );
    for (const one of after.filter((text) => !before.includes(text)).slice(0, 3)) console.log(`    ${one}`);
  } finally {
    await server.kill();
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
