// inspect: what is here.
import { statSync } from 'node:fs';
import type { FileFacts, InspectedFile } from '../../analysis/file-facts.js';
import { inspectFile, placeOf, type ServerFacts, serverFacts } from '../../analysis/inspect.js';
import { inspectIndex } from '../../analysis/inspect-index.js';
import type { DataDir } from '../../datadir/data-dir.js';
import { identify } from '../../datadir/identify.js';
import { noteLogDir } from '../../source/log-dir-note.js';
import { type Resolved, resolveAll } from '../../source/open.js';
import { openIndex } from '../../store/index-reader.js';
import { gapsBetween } from '../../txnlog/log-gap.js';
import { defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { type DigestTarget, inspectDigests } from '../inspect-digests.js';
import { jsonFields } from '../json-fields.js';
import { outputOptions, sourceOptions } from '../options.js';
import { fileColumns, serverColumns } from '../rows/inspect-columns.js';
import { type OutputArgs, Run } from '../run.js';

/** A server, or a file on its own. */
interface Target {
  /** Looks at the files, one after the other. */
  files(quick: boolean, run: Run): Iterable<FileFacts>;
  /** What its logs can be replayed on; null for anything but a directory. */
  readonly digests: DigestTarget | null;
  /** The server's row, of its files' rows; null for a file on its own. */
  server(files: readonly FileFacts[]): ServerFacts | null;
  close(): void;
}

export const inspect = defineCommand({
  usage: 'inspect <source...>',
  examples: [
    ['zoolog inspect backup/zk1', 'one server, every checksum checked'],
    ['zoolog inspect zk1 zk2 zk3', 'three side by side'],
    ['zoolog inspect backup/zk1 --digests', 'replay the logs, every recorded digest compared'],
    ['zoolog inspect backup.tar.gz --quick', 'names, headers and tails only'],
    [
      'zoolog inspect backup/zk1/version-2/snapshot.5000 --format json',
      'all there is to know about one file',
    ],
  ],
  positionals: {
    source: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Snapshots, logs, dataDirs, folders of servers, tars of these, indexes',
    },
  },
  options: {
    quick: {
      type: 'boolean',
      default: false,
      describe: 'Look at names, headers and tails only, not at what is between',
    },
    digests: {
      type: 'boolean',
      default: false,
      describe: 'Replay the logs and compare every digest that the server recorded (3.6 and later)',
    },
    ...outputOptions,
    ...sourceOptions,
  },
  epilogue:
    '--digests begins with the oldest sound snapshot, and anew behind a hole in the logs; exit code 1 where one differs. ' +
    'Exit code 3 where a file has a problem of severity error; what could be read is printed.',
  run: (args, context) => {
    const run = new Run(args, context);
    const targets: Target[] = [];
    try {
      for (const source of args.source) {
        for (const resolved of resolveAll(source, run.sourceOptions))
          targets.push(...targetOf(resolved, run));
      }
      if (!args.digests) return inspectAll(targets, args, run, context);
      return inspectDigests(
        targets.map(({ digests }) => digests),
        args,
        run,
      );
    } finally {
      for (const target of targets) target.close();
    }
  },
});

function inspectAll(
  targets: readonly Target[],
  args: OutputArgs & { readonly source: readonly string[]; readonly quick: boolean },
  run: Run,
  context: Context,
): number {
  const servers: ServerFacts[] = [];
  const rows = allFiles(targets, args.quick, run, servers);
  const isComplete = () => !run.problems.some(({ severity }) => severity === 'error');
  if (args.format === 'json') {
    const tail = () => ({ servers: servers.map((row) => jsonFields(serverColumns, row)) });
    run.printWithEnvelope({ columns: fileColumns, rows }, args, { sources: args.source }, isComplete, tail);
  } else if (args.format === 'table') {
    const files = [...rows];
    if (servers.length > 0) {
      run.print({ columns: serverColumns, rows: servers }, args);
      context.stdout.write('\n');
    }
    run.print({ columns: fileColumns, rows: files }, args);
  } else run.print({ columns: fileColumns, rows }, args);
  if (!isComplete()) run.markIncomplete();
  return run.finish(EXIT.ok);
}

/** The rows of all files; a server's row is added to `servers` when its files are through. */
function* allFiles(
  targets: readonly Target[],
  quick: boolean,
  run: Run,
  servers: ServerFacts[],
): Generator<FileFacts> {
  for (const target of targets) {
    const facts: FileFacts[] = [];
    for (const found of target.files(quick, run)) {
      facts.push(found);
      yield found;
    }
    const server = target.server(facts);
    if (server === null) continue;
    servers.push(server);
    for (const gap of gapsBetween(facts.filter(({ kind }) => kind === 'log'))) run.report(gap);
  }
}

function targetOf(resolved: Resolved, run: Run): Target[] {
  const close = () => resolved.close();
  switch (resolved.kind) {
    case 'index':
      return indexTargets(resolved.path, run);
    case 'directory':
      return [directoryTarget(resolved.name, resolved.dir, resolved.shown, close)];
    default: {
      const { path, kind, zxid, name } = resolved;
      const { codec, content } = identify(path);
      const file = { path, kind, zxid, codec, content, size: statSync(path).size };
      const inspected = { server: name, shown: resolved.shown(path), file };
      const files = (quick: boolean, of: Run) => look([inspected], quick, of);
      return [{ files, digests: null, server: () => null, close }];
    }
  }
}

function directoryTarget(
  server: string,
  dir: DataDir,
  shown: (file: string) => string = (file) => file,
  close: () => void = () => {},
): Target {
  const inspected = [...dir.snapshots, ...dir.logs].map((file) => {
    const known = dir.problems.filter((problem) => problem.file === file.path);
    return { server, shown: shown(file.path), file, known };
  });
  return {
    files(quick, run) {
      for (const problem of dir.problems) run.report({ ...problem, file: shown(problem.file) });
      noteLogDir(dir, server, run);
      return look(inspected, quick, run);
    },
    digests: { server, dir, shown },
    server: (files) => serverFacts(server, placeOf(dir, shown), files),
    close,
  };
}

function* look(files: readonly InspectedFile[], quick: boolean, run: Run): Generator<FileFacts> {
  for (const file of files) {
    const label = `reading ${file.shown}`;
    yield inspectFile(file, {
      quick,
      onProblem: (problem) => run.report(problem),
      onBytes: (bytes) => run.sourceOptions.onProgress?.(label, bytes, file.file.size),
    });
  }
}

function indexTargets(path: string, run: Run): Target[] {
  const reader = openIndex(path);
  try {
    return inspectIndex(reader, { onProblem: (problem) => run.report(problem) }).map(({ server, files }) => ({
      files: () => files,
      digests: null,
      server: () => server,
      close: () => {},
    }));
  } finally {
    reader.close();
  }
}
