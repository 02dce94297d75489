// check: can it be moved there?
import { checkTarget, type TargetReport } from '../../analysis/check-target.js';
import { type ConfigDifference, compareConfigs } from '../../analysis/config-compare.js';
import { parseTarget, type Target } from '../../analysis/target.js';
import type { TargetFinding } from '../../analysis/target-tally.js';
import type { ZooCfg } from '../../datadir/zoo-cfg.js';
import { UsageError } from '../../errors.js';
import { escapeForTerminal } from '../../render/escape.js';
import { openTreeOf, type Resolved } from '../../source/open.js';
import { SourceLog } from '../../source/source-log.js';
import type { ZnodeSource } from '../../source/sources.js';
import { wholeNumber } from '../coerce.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { kindOption, mapOption, outputOptions, sourcePositional, treeOptions } from '../options.js';
import { configColumns, targetColumns } from '../rows/target-columns.js';
import { type OutputArgs, type Run, treeFields, withTree } from '../run.js';
import { wrapped } from '../wrapped.js';
import { zooCfgOption } from '../zoo-cfg-option.js';

const TARGET = 'The servers that are to take over:';
const COPY = 'The copy after a migration:';
const DEFAULT_MAX_BUFFER = 0xfffff;

const options = {
  for: {
    type: 'string',
    requiresArg: true,
    group: TARGET,
    describe: 'Release, X.Y or X.Y.Z from 3.4 to 3.9, or clickhouse-keeper',
  },
  'extended-types': {
    type: 'boolean',
    group: TARGET,
    describe:
      'They have zookeeper.extendedTypesEnabled=true, which TTL znodes need (default: as NEW of --config says)',
  },
  maxbuffer: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: TARGET,
    describe: 'Their jute.maxbuffer in bytes (default 1048575)',
  },
  config: {
    type: 'string',
    array: true,
    requiresArg: true,
    group: TARGET,
    describe: 'The zoo.cfg of the old servers and that of the new ones: what differs and matters',
  },
  against: {
    type: 'string',
    requiresArg: true,
    group: COPY,
    describe: 'Compare with this SOURCE, the copy, or with a file of --write-proof, whose copy this is then',
  },
  map: { ...mapOption.map, group: COPY },
  'write-proof': {
    type: 'string',
    requiresArg: true,
    group: COPY,
    describe: 'Write SHA-256 of the subtrees and all sequence counters to this file',
  },
  'key-file': {
    type: 'string',
    requiresArg: true,
    group: COPY,
    describe: 'File with a key for these hashes: without one small values can be guessed',
  },
  'max-depth': {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: COPY,
    describe: 'Levels of subtrees that get a hash (default 1)',
  },
  force: {
    type: 'boolean',
    default: false,
    group: COPY,
    describe: 'Where the file of --write-proof exists, rename it to NAME.old-TIME',
  },
  ...kindOption,
  ...outputOptions,
  ...treeOptions,
} as const satisfies OptionTable;

export const check = defineCommand({
  usage: 'check <source>',
  examples: [
    ['zoolog check backup/zk1 --for 3.9', 'what an upgrade would reject, delete or misread'],
    ['zoolog check backup/zk1 --for 3.4', 'the same of the way back'],
    ['zoolog check backup/zk1 --for 3.9 --extended-types', 'with the settings that it will have'],
    ['zoolog check backup/zk1 --for 3.9 --config old/zoo.cfg new/zoo.cfg', 'and what else will be different'],
    ['zoolog check backup/zk1 --for clickhouse-keeper', 'before clickhouse-keeper-converter'],
    ['zoolog check old/ --against new/ --map /=/prod', 'after the move: is the copy whole?'],
    ['zoolog check old/ --write-proof old.json', 'what proves it later, without the data'],
    ['zoolog check new/ --against old.json', 'that proof, where the old data is not'],
    ["zoolog check case.db#prod --for 3.9 --format json | jq '.rows[].paths'", 'for a script'],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'The tree is looked over znode by znode. Of a directory the files are judged too, as if they were copied to such a ' +
    'server as they are. Nothing is started. Exit code 1 where something is a warning or worse.',
  run: async (args, context) => {
    const isProof = args.against !== undefined || args.writeProof !== undefined;
    if (isProof === (args.for !== undefined)) {
      const hint = 'type --for RELEASE before a migration, or --against COPY after it';
      throw new UsageError(
        isProof ? '--for goes with neither --against nor --write-proof' : 'nothing to check',
        hint,
      );
    }
    if (isProof) {
      if (args.config !== undefined) throw new UsageError('--config goes with --for', 'leave it out');
      if (args.logDir !== undefined && args.against !== undefined) {
        throw new UsageError(
          '--log-dir cannot be that of two directories',
          'name the zoo.cfg of each as its SOURCE',
        );
      }
      const { checkAgainst } = await import('../check-against.js');
      return checkAgainst(args, context);
    }
    for (const name of ['map', 'maxDepth', 'keyFile'] as const) {
      if (args[name] !== undefined)
        throw new UsageError('--map, --max-depth and --key-file go with --against', 'leave them out');
    }
    const configs = configsOf(args.config);
    const target = parseTarget(
      args.for!,
      { extendedTypes: args['extended-types'], maxBuffer: args.maxbuffer ?? DEFAULT_MAX_BUFFER },
      configs?.young ?? null,
    );
    let resolved: Resolved | null = null;
    return withTree(
      (sourceOptions) => {
        const opened = openTreeOf(args.source, sourceOptions);
        resolved = opened.resolved;
        return opened.tree;
      },
      { ...args, takesAll: true },
      context,
      (tree, run) => {
        const report = checkTarget(tree, resolved, target, new SourceLog(run.sourceOptions, resolved?.shown));
        run.clear();
        const differences = configs?.differences ?? null;
        print({ ...report, configs: differences }, tree, target, args, run);
        const all = [...report.findings, ...(differences ?? [])];
        return all.every(({ severity }) => severity === 'note') ? EXIT.ok : EXIT.no;
      },
    );
  },
});

/** The new one of two configurations, and what they differ in; null where none were given. */
function configsOf(
  files: readonly string[] | undefined,
): { readonly young: ZooCfg; readonly differences: ConfigDifference[] } | null {
  if (files === undefined) return null;
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new UsageError(
      `--config: ${files.length} file${files.length === 1 ? '' : 's'}, and two are compared`,
      'type --config OLD NEW behind the source',
    );
  }
  zooCfgOption(before);
  return { young: zooCfgOption(after), differences: compareConfigs(before, after) };
}

function print(
  { totals, hasFiles, findings, configs }: TargetReport & { readonly configs: ConfigDifference[] | null },
  tree: ZnodeSource,
  target: Target,
  args: OutputArgs,
  run: Run,
): void {
  const rows = { columns: targetColumns, rows: findings };
  if (args.format !== 'table') {
    const head = { ...treeFields(tree), target: target.text, ...totals, files: hasFiles, config: configs };
    run.printWithEnvelope(rows, args, head, () => tree.isComplete);
    return;
  }
  const { stdout } = run.context;
  const say = (text: string) => {
    for (const line of wrapped(text, stdout.columns)) stdout.write(`${escapeForTerminal(line)}\n`);
  };
  say(headline(tree, totals, hasFiles, target, findings));
  if (findings.length > 0) {
    say('');
    run.print(rows, args);
  }
  if (configs !== null) {
    say('');
    if (configs.length === 0) say('The two configurations say the same.');
    else run.print({ columns: configColumns, rows: configs }, { ...args, limit: 0 });
  }
  if (findings.length > 0) say('');
  for (const { code, title, remedy } of new Map(findings.map((one) => [one.code, one])).values()) {
    say(`${code}: ${title}. ${remedy}`);
  }
}

/** One paragraph: what was looked at, and what the worst is. */
function headline(
  { name }: ZnodeSource,
  { znodes, ephemerals, sessions }: TargetReport['totals'],
  hasFiles: boolean,
  target: Target,
  findings: readonly TargetFinding[],
): string {
  const worst = findings[0]?.severity ?? 'note';
  const whole =
    worst === 'error' ? 'cannot be moved' : worst === 'warning' ? 'can be moved, with care,' : 'can be moved';
  const files = hasFiles
    ? 'The files were judged as if they were copied as they are.'
    : 'Only the tree was judged, not the files.';
  const owned = `${ephemerals} ephemerals of ${sessions} sessions`;
  return `${name} ${whole} to ${target.text} as it is. ${znodes} znodes, ${owned}. ${files}`;
}
