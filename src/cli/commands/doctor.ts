// doctor: judge a backup. Will it start, and what is lost?
import type { BootRow } from '../../analysis/boot-row.js';
import { type Exam, examine } from '../../analysis/doctor.js';
import { type Ensemble, ensembleOf } from '../../analysis/ensemble.js';
import { stopsOf } from '../../analysis/start-findings.js';
import type { DataDir } from '../../datadir/data-dir.js';
import { parseRelease } from '../../datadir/release.js';
import type { ServerSpec } from '../../datadir/server-settings.js';
import { UsageError } from '../../errors.js';
import { PROBLEMS } from '../../problems.js';
import { escapeForTerminal } from '../../render/escape.js';
import { noteLogDir } from '../../source/log-dir-note.js';
import { type Resolved, resolveAll } from '../../source/open.js';
import { SourceLog } from '../../source/source-log.js';
import { wholeNumber } from '../coerce.js';
import { defineCommand, type OptionTable } from '../command.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { jsonFields } from '../json-fields.js';
import { directoryOptions, outputOptions } from '../options.js';
import { bootColumns, findingColumns, findingRow, memberColumns } from '../rows/doctor-columns.js';
import { fileColumns, serverColumns } from '../rows/inspect-columns.js';
import { type OutputArgs, Run } from '../run.js';
import { wrapped } from '../wrapped.js';
import { zooCfgOption } from '../zoo-cfg-option.js';

const SERVER = 'The servers that are to start:';

const options = {
  quick: {
    type: 'boolean',
    default: false,
    describe: 'Look at names, headers and tails only: no checksums, no start foretold',
  },
  server: {
    type: 'string',
    array: true,
    nargs: 1,
    requiresArg: true,
    group: SERVER,
    describe: 'Release, X.Y or X.Y.Z (default: 3.4 to 3.9, the newest tested patch of each)',
  },
  config: {
    type: 'string',
    requiresArg: true,
    group: SERVER,
    describe: 'zoo.cfg of the server (default: one that lies beside the data)',
  },
  mode: {
    type: 'string',
    choices: ['standalone', 'quorum'],
    group: SERVER,
    describe: 'How it runs (default: as zoo.cfg, myid and epoch files say)',
  },
  maxbuffer: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: SERVER,
    describe: 'jute.maxbuffer in bytes (default 1048575)',
  },
  'extended-types': {
    type: 'boolean',
    group: SERVER,
    describe: 'zookeeper.extendedTypesEnabled, which TTL znodes need (default: as zoo.cfg says, else false)',
  },
  ...outputOptions,
  ...directoryOptions,
} as const satisfies OptionTable;

export const doctor = defineCommand({
  usage: 'doctor <source...>',
  examples: [
    ['zoolog doctor backup/zk1', 'will it start, and what is lost?'],
    ['zoolog doctor zk1 zk2 zk3', 'all members of an ensemble, side by side'],
    ['zoolog doctor backup.tar.gz --server 3.9', 'for the release it is to be restored on'],
    ['zoolog doctor backup/zk1 --extended-types --maxbuffer 4194304', 'with the settings of the servers'],
    ["zoolog doctor backup/zk1 --format json | jq '.servers[].verdict'", 'for a script'],
  ],
  positionals: {
    source: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'dataDirs, zoo.cfgs, folders of servers, tars of these',
    },
  },
  options,
  epilogue:
    'Every checksum is checked, the tree is looked over, every digest in the logs is compared along a replay, and what ' +
    'servers would do is foretold by their rules. Nothing is started. Exit code 1 where something is a warning or worse, ' +
    'or a server does not start or lacks txns; what a killed server leaves is a note.',
  run: (args, context) => {
    for (const release of args.server ?? []) parseRelease(release);
    const run = new Run(args, context);
    const resolved: Resolved[] = [];
    try {
      for (const source of args.source) resolved.push(...resolveAll(source, run.sourceOptions));
      const exams = resolved.map((one) => examOf(one, args, run));
      run.clear();
      const ensemble = exams.length > 1 ? ensembleOf(exams.map(({ facts }) => facts)) : null;
      print(exams, ensemble, args, run, context);
      return run.finish(isClean(exams, ensemble) ? EXIT.ok : EXIT.no);
    } finally {
      for (const one of resolved) one.close();
    }
  },
});

interface DoctorArgs extends OutputArgs {
  readonly source: readonly string[];
  readonly quick: boolean;
  readonly server?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly mode?: ServerSpec['mode'];
  readonly maxbuffer?: number | undefined;
  readonly 'extended-types'?: boolean | undefined;
}

function examOf(resolved: Resolved, args: DoctorArgs, run: Run): Exam {
  if (resolved.kind !== 'directory') {
    const hint =
      resolved.kind === 'index'
        ? 'name the directories it was made of'
        : 'name the directory it lies in; "zoolog inspect" looks at one file';
    throw new UsageError(`${resolved.name}: is not a server's directory, and doctor judges those`, hint);
  }
  // Problems are the rows here, and not said on stderr besides.
  const log = new SourceLog({ ...run.sourceOptions, onProblem: () => {} }, resolved.shown);
  const dir: DataDir =
    args.config === undefined ? resolved.dir : { ...resolved.dir, config: zooCfgOption(args.config) };
  noteLogDir(dir, resolved.name, log);
  const { mode, maxbuffer: maxBuffer } = args;
  const spec = { mode, maxBuffer, extendedTypes: args['extended-types'] };
  return examine(resolved.name, dir, { quick: args.quick, releases: args.server, spec }, log);
}

function isClean(exams: readonly Exam[], ensemble: Ensemble | null): boolean {
  const findings = [...exams.flatMap(({ findings }) => findings), ...(ensemble?.problems ?? [])];
  return findings.every(({ severity }) => severity === 'note');
}

function print(
  exams: readonly Exam[],
  ensemble: Ensemble | null,
  args: DoctorArgs,
  run: Run,
  context: Context,
): void {
  const rows = [
    ...exams.flatMap(({ server, findings }) => findings.map((found) => findingRow(server, found))),
    ...(ensemble?.problems ?? []).map((found) => findingRow('', found)),
  ];
  if (args.format !== 'table') {
    const head = {
      sources: args.source,
      servers: exams.map(examFields),
      ensemble: ensemble?.members.map((member) => jsonFields(memberColumns, member)) ?? null,
    };
    run.printWithEnvelope({ columns: findingColumns, rows }, args, head, () => true);
    return;
  }
  const say = (line: string) => context.stdout.write(`${escapeForTerminal(line)}\n`);
  for (const { verdict } of exams)
    for (const line of wrapped(verdict.text, context.stdout.columns)) say(line);
  const boots = exams.flatMap((exam) => exam.boots);
  if (boots.length > 0) {
    say('');
    run.print({ columns: bootColumns, rows: boots }, { ...args, limit: 0 });
  }
  if (ensemble !== null) {
    say('');
    run.print({ columns: memberColumns, rows: ensemble.members }, { ...args, limit: 0 });
  }
  if (rows.length === 0) return;
  say('');
  run.print({ columns: findingColumns, rows }, args);
  say('');
  for (const line of nextSteps(
    rows.map(({ code }) => code),
    boots,
  ))
    for (const part of wrapped(line, context.stdout.columns)) say(part);
}

const REPAIR =
  'Where no file and no setting helps: "zoolog repair SOURCE -o NEW --for RELEASE" makes a directory that starts of what is left; with --dry-run it says what would be lost.';

/** What to do, once for each code, in the order of the findings; for a server that stops, what its reason asks for. */
function nextSteps(codes: readonly (keyof typeof PROBLEMS)[], boots: readonly BootRow[]): string[] {
  return [...new Set(codes)].flatMap((code) => {
    const { title, remedy } = PROBLEMS[code];
    if (code !== 'server-stops') return [`${code}: ${title}. ${remedy}`];
    const reasons = new Set(stopsOf(boots).map(({ boot }) => `${boot.code}: ${boot.remedy}`));
    return [`${code}: ${title}. First copy the directory, and work on the copy.`, ...reasons, REPAIR];
  });
}

function examFields({ server, verdict, facts, files, boots, snapshot, tree, digests }: Exam) {
  return {
    server,
    ...verdict,
    facts: jsonFields(serverColumns, facts),
    files: files.map((file) => jsonFields(fileColumns, file)),
    boots: boots.map((boot) => jsonFields(bootColumns, boot)),
    tree:
      tree === null
        ? null
        : { snapshot, ...tree, treeDigest: `0x${BigInt.asUintN(64, tree.treeDigest).toString(16)}` },
    digests: digests.map(({ base, zxid, compared, matched, differed }) => ({
      base,
      zxid: `0x${zxid.toString(16)}`,
      compared,
      matched,
      differed,
    })),
  };
}
