// npm run bench [-- DIR]: zoolog against ZooKeeper's own tools, or against a floor, in one run on the same data.
//
// DIR is made by ../shared/bench/make-data DIR 1000000 1000000 (default: a folder under the temp dir, made when it is
// not there). ZooKeeper's tools need Java and the jars that ../shared/bench/classpath finds; without them their rows
// are left out. Each command is a whole process; figures are medians of ROUNDS runs, the two sides taking turns.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const shared = join(root, '..', 'shared', 'bench');
const data = process.argv[2] ?? join(tmpdir(), 'zoolog-bench', '1m');
const scratch = mkdtempSync(join(tmpdir(), 'zoolog-bench-'));
const zoolog = join(root, 'bin', 'zoolog.js');

/**
 * Runs a command; seconds of wall time and of CPU, peak memory in MB, its standard output where it is kept. `answers`
 * are the exit codes that it may end with.
 */
function run(command, args, { keep = false, answers = [0] } = {}) {
  const start = process.hrtime.bigint();
  const timed = spawnSync('/usr/bin/time', ['-f', '%M %U %S', command, ...args], {
    stdio: ['ignore', keep ? 'pipe' : 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (timed.error) throw timed.error;
  if (!answers.includes(timed.status))
    throw new Error(`${command} ${args.join(' ')} ended with ${timed.status}\n${timed.stderr}`);
  const [kilobytes, user, system] = timed.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds, cpu: user + system, megabytes: kilobytes / 1024, stdout: timed.stdout };
}

const node = (...args) => run(process.execPath, args);
const cli = (...args) => node(zoolog, ...args);

function classpath() {
  if (!existsSync(join(shared, 'classpath'))) return null;
  const found = spawnSync('bash', ['-c', `source ${shared}/classpath && printf %s "$CLASSPATH"`], {
    encoding: 'utf8',
  });
  return found.stdout || null;
}

const jars = spawnSync('java', ['-version']).status === 0 ? classpath() : null;
const javaArgs = (main, args) => {
  return [`-Xmx${process.env.HEAP ?? '8g'}`, '-cp', jars, `org.apache.zookeeper.server.${main}`, ...args];
};
const java = (main, ...args) => run('java', javaArgs(main, args), { keep: true });

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const rows = [];

/** Measures two sides in turn. `target` says what the first may be of the second. */
function compare(what, target, ours, theirs) {
  const sides = [[], []];
  const memory = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = ours();
    sides[0].push(own.seconds);
    memory.push(own.megabytes);
    sides[1].push(theirs());
  }
  const [own, other] = sides.map(median);
  rows.push({ what, own, other, ratio: own / other, target, memory: Math.max(...memory) });
  const last = rows.at(-1);
  console.log(
    `${what}: ${own.toFixed(2)} s against ${other.toFixed(2)} s, ratio ${last.ratio.toFixed(2)} (to reach: ${target}), ` +
      `peak ${last.memory.toFixed(0)} MB`,
  );
}

/** Seconds of the two parts that SnapshotComparer prints for its left tree: reading it, and walking it. */
function comparerParts(snapshot) {
  const { stdout } = java('SnapshotComparer', '-l', snapshot, '-r', snapshot, '-b', '0', '-n', '0');
  const seconds = [...stdout.matchAll(/ in ([\d.]+) seconds/g)].map((match) => Number(match[1]));
  return seconds[0] + seconds[1];
}

/** The server's own restore of a directory, no digest checked; compiled on first use. */
function restorer() {
  const classes = join(scratch, 'classes');
  run('javac', ['-cp', jars, '-d', classes, join(shared, 'Restore.java')]);
  const args = [`-Xmx${process.env.HEAP ?? '8g'}`, '-cp', `${jars}:${classes}`, 'Restore'];
  return (dir) => run('java', [...args, dir], { keep: true }).seconds;
}

/** A directory with the first snapshot and all logs, so that a replay has all of them to do. */
function wholeReplay(snapshot, logs) {
  const dir = join(scratch, 'replay');
  if (existsSync(dir)) return dir;
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  for (const file of [snapshot, ...logs])
    symlinkSync(realpathSync(file), join(dir, 'version-2', basename(file)));
  return dir;
}

try {
  if (!existsSync(join(data, 'version-2'))) {
    if (jars === null)
      throw new Error(`${data} does not exist, and making it needs Java and ZooKeeper's jars`);
    console.log(`making ${data}`);
    mkdirSync(data, { recursive: true });
    run(join(shared, 'make-data'), [data, '1000000', '1000000']);
  }
  const v2 = join(data, 'version-2');
  const byZxid = (kind) =>
    readdirSync(v2)
      .filter((name) => name.startsWith(`${kind}.`))
      .sort((a, b) => Number(`0x${a.split('.')[1]}`) - Number(`0x${b.split('.')[1]}`))
      .map((name) => join(v2, name));
  const [snapshot] = byZxid('snapshot');
  const logs = byZxid('log');
  const index = join(scratch, 'case.db');
  const fresh = () => {
    rmSync(join(scratch, 'one.db'), { force: true });
    return cli('index', '-o', join(scratch, 'one.db'), snapshot);
  };

  const converted = () => {
    const out = join(scratch, 'converted');
    rmSync(out, { recursive: true, force: true });
    return cli('convert', snapshot, '-o', out, '--for', '3.9', '--map', '/=/prod', '--quiet');
  };

  if (jars === null) console.log('no Java or no ZooKeeper jars: comparisons with its own tools are left out');
  else {
    compare('index a snapshot / SnapshotComparer, one tree', '<= 0.60', fresh, () => comparerParts(snapshot));
    compare(
      'convert a snapshot into a chroot, without ephemerals, with its digest / SnapshotFormatter -json',
      '<= 1.00',
      converted,
      () => run('java', javaArgs('SnapshotFormatter', ['-json', snapshot])).seconds,
    );
    if (logs.length > 0) {
      const toolkit = (log) => java('persistence.TxnLogToolkit', '-d', log).seconds;
      const print = (...files) => cli('log', ...files, '--format', 'ndjson');
      compare(
        'log of one file / TxnLogToolkit',
        '<= 0.25',
        () => print(logs[0]),
        () => toolkit(logs[0]),
      );
      compare(
        'log of ten files / TxnLogToolkit on each',
        '<= 0.125',
        () => print(data),
        () => logs.reduce((sum, log) => sum + toolkit(log), 0),
      );
    }
  }
  if (jars !== null && logs.length > 0) {
    const dir = wholeReplay(snapshot, logs);
    const restore = restorer();
    compare(
      "replay of all txns, every digest checked / the server's own restore, none checked",
      '<= 0.50',
      () => cli('inspect', dir, '--digests'),
      () => restore(dir),
    );
  }
  const [older, newer] = byZxid('snapshot');
  if (jars !== null && newer !== undefined) {
    const comparer = () => java('SnapshotComparer', '-l', older, '-r', newer, '-b', '0', '-n', '0');
    // They differ, and say so by their exit codes.
    const differing = (...args) =>
      run(process.execPath, [zoolog, 'diff', older, newer, ...args], { answers: [1] });
    const theirs = [];
    const timed = () => {
      theirs.push(comparer());
      return theirs.at(-1).seconds;
    };
    compare('diff --stat of two snapshots / SnapshotComparer', '<= 0.067', () => differing('--stat'), timed);
    const memory = Math.max(...theirs.map(({ megabytes }) => megabytes));
    console.log(`  of its memory: ${(rows.at(-1).memory / memory).toFixed(3)} (to reach: <= 0.050)`);
    compare(
      'diff of the same, every difference as ndjson / SnapshotComparer',
      '<= 0.20',
      () => differing('--format', 'ndjson', '--order', 'file'),
      timed,
    );
  }
  const floor = node('-e', '0').seconds;
  const bare = join(root, 'test', 'bench', 'bare-adler.mjs');
  compare(
    'inspect a snapshot / reading it with Adler-32',
    '<= 2.00 + start-up',
    () => cli('inspect', snapshot),
    () => node(bare, snapshot).seconds,
  );
  if (logs.length > 0) {
    const dir = wholeReplay(snapshot, logs);
    const pass = join(root, 'test', 'bench', 'bare-digest.mjs');
    compare(
      "CPU of doctor on snapshot and logs / inspect and the digest's CRC-32 pass",
      '<= 1.50',
      () => {
        const { cpu, megabytes } = run(process.execPath, [zoolog, 'doctor', dir], { answers: [0, 1] });
        return { seconds: cpu, megabytes };
      },
      () => cli('inspect', dir).cpu + node(pass, snapshot).cpu,
    );
  }
  const made = cli('index', '-o', index, data);
  console.log(
    `index of the whole directory: ${made.seconds.toFixed(1)} s, peak ${made.megabytes.toFixed(0)} MB`,
  );
  const again = cli('index', '-o', index, data);
  console.log(
    `the same again, nothing new: ${again.seconds.toFixed(1)} s, peak ${again.megabytes.toFixed(0)} MB`,
  );
  const bareNode = () => node('-e', '0').seconds;
  const some = JSON.parse(
    run(process.execPath, [zoolog, 'find', index, '--limit', '30', '--format', 'json'], { keep: true })
      .stdout,
  );
  const path = some.rows.at(-1).path;
  compare('ls on the index / node -e 0', '<= 3.00', () => cli('ls', index, path), bareNode);
  compare('get on the index / node -e 0', '<= 3.00', () => cli('get', index, path), bareNode);
  compare(
    'history of a path on the index / node -e 0',
    '<= 3.00',
    () => cli('history', index, path),
    bareNode,
  );
  if (logs.length > 0) {
    // A moment needs a snapshot before it.
    cli('index', '-o', index, '--snapshots', 'all', data);
    if (newer !== undefined) {
      const zxidOf = (file) => basename(file).split('.')[1];
      const sides = [older, newer].map((file) => `${index}@0x${zxidOf(file)}`);
      const stat = (a, b) => run(process.execPath, [zoolog, 'diff', a, b, '--stat'], { answers: [1] });
      compare(
        'diff --stat of the two snapshots in the index / of the files',
        '<= 1.00',
        () => stat(...sides),
        () => stat(older, newer).seconds,
      );
    }
    const middle = `0x${basename(logs[Math.floor(logs.length / 2)]).split('.')[1]}`;
    for (const [what, znode] of [
      ['the root', '/'],
      ['a znode', path],
    ]) {
      compare(
        `ls of ${what} at a moment on the index / node -e 0`,
        'under 1 s',
        () => cli('ls', `${index}@${middle}`, znode),
        bareNode,
      );
    }
  }
  for (const [what, args] of [
    ['find', ['find', snapshot, '--kind', 'container']],
    ['export', ['export', snapshot]],
    ['ls', ['ls', snapshot, '/']],
  ]) {
    const one = cli(...args);
    console.log(
      `${what} on the snapshot file: ${one.seconds.toFixed(2)} s, peak ${one.megabytes.toFixed(0)} MB`,
    );
  }
  if (process.env.BENCH_JSON) writeFileSync(process.env.BENCH_JSON, JSON.stringify({ floor, rows }, null, 2));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
