// diff: where two trees differ.
import { existsSync } from 'node:fs';
import type { DiffOptions } from '../../analysis/diff.js';
import { DIFF_WORDS, type DiffMode, diffRules } from '../../analysis/diff-rules.js';
import { shownPath } from '../../analysis/paths.js';
import { UsageError } from '../../errors.js';
import { refuseNothingToMap } from '../../source/nothing-to-map.js';
import { parseSource } from '../../source/parse.js';
import type { ZnodeSource } from '../../source/sources.js';
import { PathMap } from '../../tree/path-map.js';
import { wholeNumber, wordsOf, znodePath } from '../coerce.js';
import { type Args, defineCommand, type OptionTable } from '../command.js';
import { printDiffLines } from '../diff-lines.js';
import { DiffOutcome } from '../diff-outcome.js';
import { modeText, summaryFields, summaryText } from '../diff-texts.js';
import { EXIT } from '../exit-codes.js';
import { printLines } from '../lines.js';
import { lazily, map as mapRows } from '../map.js';
import { askTrees } from '../open-source.js';
import { mapOption, outputOptions, sourcePositional, znodeOptions } from '../options.js';
import { diffColumns, diffStatColumns, nameColumns, shownDiff } from '../rows/diff-columns.js';
import { Run, treeFields } from '../run.js';

const WHAT = 'What counts:';
const HOW = 'What is shown:';

const positionals = {
  source: { ...sourcePositional.source, describe: 'A: the tree before, or the original' },
  target: { ...sourcePositional.source, describe: 'B: the tree after, or the copy' },
} as const satisfies OptionTable;

const options = {
  strict: {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe: "Every stored field, but /zookeeper/config's mtime, which is each server's own (default)",
  },
  migrated: {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe:
      'What a copy for other servers must have kept: data, ACLs, kinds, and sequence numbers that go on. Default ' +
      'between two clusters of an index',
  },
  only: {
    type: 'string',
    group: WHAT,
    coerce: wordsOf(DIFF_WORDS),
    describe:
      'Count these alone, separated by commas: added, removed, data, acl, kind, version, zxids, times …',
  },
  ignore: {
    type: 'string',
    group: WHAT,
    coerce: wordsOf(DIFF_WORDS),
    describe: 'Do not count these',
  },
  path: {
    type: 'string',
    default: '/',
    group: WHAT,
    coerce: znodePath,
    describe: "Only this znode and what is below it, as B's paths are",
  },
  map: { ...mapOption.map, group: WHAT },
  stat: {
    type: 'boolean',
    default: false,
    group: HOW,
    describe: 'How many znodes differ in which subtree, with the bytes of their data',
  },
  'max-depth': {
    type: 'string',
    coerce: wholeNumber,
    group: HOW,
    describe: 'Levels that get a row of --stat (default 1)',
  },
  order: {
    type: 'string',
    choices: ['canonical', 'file'],
    default: 'canonical',
    group: HOW,
    describe:
      'Parents first and siblings by bytes; or, of two large snapshots as ndjson, as the files have them: fastest, but ' +
      'nobody looks for moved subtrees',
  },
  'name-only': { type: 'boolean', default: false, group: HOW, describe: 'Only the paths' },
  verify: {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe: 'Compare every byte of large snapshots too, instead of hashes of 64 bits',
  },
  patch: {
    type: 'boolean',
    alias: 'p',
    default: false,
    group: HOW,
    describe: 'Below each line its data and ACL, before and after, line by line',
  },
  ...znodeOptions,
  ...outputOptions,
} as const satisfies OptionTable;

type DiffArgs = Args<typeof positionals & typeof options>;

export const diff = defineCommand({
  usage: 'diff <source> <target>',
  examples: [
    ['zoolog diff backup/zk1 backup/zk2', 'what differs between two servers'],
    ['zoolog diff backup/zk1@0x50000002f backup/zk1 -p', 'what happened since, with the data'],
    ['zoolog diff old/ new/ --migrated', 'is everything there after a migration?'],
    ['zoolog diff old/ new/ --migrated --map /=/prod', 'the same, where it went into a chroot'],
    ['zoolog diff backup/zk1 backup/zk2 --stat --max-depth 2', 'how much differs where'],
    ['zoolog diff case.db#prod case.db#staging --only data,acl', 'what was configured differently'],
    ['zoolog diff snapshot.1c4 snapshot.2d0 --ignore times,zxids --format ndjson', 'for jq'],
  ],
  positionals,
  options,
  epilogue:
    'The exit code is 0 where the trees are equal, 1 where they differ, 3 where input is damaged or one of two equal ' +
    'trees is unproven. --migrated sets ephemerals and /zookeeper apart (--path /zookeeper compares it) and takes a ' +
    'cversion that is ahead for equal. Words for --only and --ignore: added, removed, data, acl, kind, ' +
    'ephemeralOwner, version, cversion, aversion, czxid, mzxid, pzxid, ctime, mtime; versions, zxids and times for ' +
    'three, three and two of them.',
  run: async (args, context) => {
    const wish = wishOf(args);
    const run = new Run(args, context);
    const { rules, map } = wish;
    const ask = async (a: ZnodeSource, b: ZnodeSource) => {
      if (args.source === args.target && map.isIdentity) run.note(`${args.source} is compared with itself`);
      // Before the head of json is written.
      refuseNothingToMap(map, a);
      const outcome = new DiffOutcome(wish, a, b);
      const inFileOrder = isForFileOrder(wish, args);
      const maxDepth = args.stat ? (args.maxDepth ?? 1) : 0;
      await outcome.prepare({ maxDepth, withMatches: inFileOrder, isVerify: args.verify }, run);
      if (!inFileOrder || !outcome.printInFileOrder(args.data ?? 'auto', run)) show(outcome, args, run);
      return exitCode(outcome, run);
    };
    const areCompared = rules.mode === 'strict' && map.isIdentity;
    return askTrees([args.source, args.target], modeText(wish), run, ask, { areCompared });
  },
});

/** True where lines can be made of the files as they are. */
function isForFileOrder({ rules }: DiffOptions, args: DiffArgs): boolean {
  const { order, format, stat, nameOnly, evidence, data = 'auto', limit = 0 } = args;
  if (order !== 'file' || format !== 'ndjson' || stat || nameOnly || evidence || limit > 0) return false;
  return rules.mode === 'strict' && !rules.emulate353 && (data === 'auto' || data === 'none');
}

/** @throws UsageError for options that cannot go together. */
function wishOf(args: DiffArgs): DiffOptions {
  const { strict, migrated, only, ignore, emulate353, stat, nameOnly, patch, logDir } = args;
  if (strict && migrated) throw new UsageError('--strict and --migrated exclude each other', 'choose one');
  if ([stat, nameOnly, patch].filter(Boolean).length > 1) {
    throw new UsageError('--stat, --name-only and --patch exclude each other', 'choose one');
  }
  if (args.maxDepth !== undefined && !stat) throw new UsageError('--max-depth is about --stat', 'add --stat');
  const [a, b] = [args.source, args.target].map((text) => parseSource(text, existsSync, args.tz));
  if (logDir !== undefined && a!.path !== b!.path) {
    const hint = 'name the zoo.cfg of each server as its SOURCE';
    throw new UsageError('--log-dir cannot be that of two directories', hint);
  }
  const clusters = [a!.who?.cluster, b!.who?.cluster];
  const isOther = clusters.every((name) => name != null) && clusters[0] !== clusters[1];
  const mode: DiffMode = migrated || (!strict && isOther) ? 'migrated' : 'strict';
  const rules = diffRules({ mode, only, ignore, emulate353 });
  if (rules.classes.size === 0) throw new UsageError('nothing is left that counts', 'leave out --ignore');
  return { rules, map: args.map ?? new PathMap(), under: args.path };
}

function show(outcome: DiffOutcome, args: DiffArgs, run: Run): void {
  const { a, b, options } = outcome;
  const { evidence, emulate353, format } = args;
  const head = {
    mode: options.rules.mode,
    counted: [...options.rules.classes],
    map: options.map.isIdentity ? null : options.map.text,
    a: treeFields(a),
    b: treeFields(b),
  };
  const isComplete = () => a.isComplete && b.isComplete;
  const tail = () => ({ summary: summaryFields(outcome) });
  const rows = outcome.rows({ evidence, emulate353 });
  const data = args.data ?? 'auto';
  if (args.stat) {
    const stat = lazily(() => outcome.stat(args.maxDepth ?? 1));
    run.printWithEnvelope({ columns: diffStatColumns, rows: stat }, args, head, isComplete, tail);
  } else if (args.nameOnly) {
    if (format === 'table') printLines({ columns: [], rows }, ({ path }) => path, args, run);
    else run.printWithEnvelope({ columns: nameColumns, rows }, args, head, isComplete, tail);
  } else if (format === 'table' && (args.patch || args.data !== undefined)) {
    printDiffLines(rows, args, { data, evidence }, run);
  } else if (format === 'table') {
    run.print({ columns: diffColumns, rows }, args);
  } else {
    const shown = mapRows(rows, (row) => shownDiff(row, data));
    run.printWithEnvelope({ columns: diffColumns, rows: shown }, args, head, isComplete, tail);
  }
}

function exitCode(outcome: DiffOutcome, run: Run): number {
  const { counts, a, b, isWhole } = outcome;
  const { under } = outcome.options;
  if (!isWhole) return EXIT.no;
  if (under !== '' && counts.a + counts.b === 0) {
    run.error(`there is no znode ${shownPath(under)} in either`);
    return EXIT.no;
  }
  run.note(summaryText(outcome));
  if (counts.differences > 0) return EXIT.no;
  const unproven = [a, b].flatMap(({ name, moment }) =>
    moment?.exactness === 'unproven' ? [`${name} is unproven: ${moment.reason}`] : [],
  );
  const doubts = [...new Set(unproven)];
  if (counts.lengthsOnly > 0)
    doubts.push('an index without data was compared, so only lengths of data are equal');
  if (doubts.length === 0) return EXIT.ok;
  run.error(`no difference was found, but ${doubts.join('; ')}`);
  return EXIT.unreadable;
}
