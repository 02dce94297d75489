// bisect: when did it become so?
import { type BisectOptions, firstHeld, type HeldPeriod, heldPeriods } from '../../analysis/bisect.js';
import { type Condition, parseCondition } from '../../analysis/condition.js';
import { UsageError } from '../../errors.js';
import { formatZxid } from '../../records/zxid.js';
import { openReplayRuns, type ReplayRuns, type RunRange } from '../../source/replay-runs.js';
import { wholeNumber } from '../coerce.js';
import { type Args, defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { lazily, map } from '../map.js';
import { outputOptions, rangeOf, rangeOptions, sourcePositional, treeOptions } from '../options.js';
import { periodLines } from '../period-lines.js';
import { periodColumns, periodRow } from '../rows/period-columns.js';
import { Run } from '../run.js';

const options = {
  where: {
    type: 'string',
    requiresArg: true,
    demandOption: true,
    coerce: parseCondition,
    describe: 'The condition, as "exists /a/b"; see below',
  },
  last: {
    type: 'boolean',
    default: false,
    describe: 'The last period in which it held, with its end, instead of the first beginning',
  },
  all: { type: 'boolean', default: false, describe: 'Every period in which it held: from when to when' },
  from: {
    ...rangeOptions.from,
    describe: 'The first tree is that at this zxid (default: the oldest there is)',
  },
  to: { ...rangeOptions.to, describe: 'The last tree is that at this zxid (default: the newest there is)' },
  since: { ...rangeOptions.since, describe: 'The first tree is that of this time' },
  until: { ...rangeOptions.until, describe: 'The last tree is that of this time' },
  every: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    describe: 'Ask SQL every N txns; 1 after each (default: as often as can be done in some seconds)',
  },
  ...outputOptions,
  ...treeOptions,
} as const satisfies OptionTable;

type BisectArgs = Args<typeof options>;

export const bisect = defineCommand({
  usage: 'bisect <source>',
  examples: [
    ['zoolog bisect backup/zk1 --where "exists /controller"', 'the txn that made it'],
    ['zoolog bisect backup/zk1 --where "not exists /controller" --all', 'from when to when it was missing'],
    ['zoolog bisect backup/zk1 --where "children /brokers/ids < 3"', 'when a broker went'],
    ['zoolog bisect backup/zk1 --where "data /config/mode = old" --last', 'when the old value went'],
    ['zoolog bisect backup/zk1 --where "bytes /state > 100000"', 'when it became large'],
    ['zoolog bisect backup/zk1 --where "acl /app has world:anyone:w"', 'when everybody could write'],
    [
      `zoolog bisect backup/zk1 --where "sql: SELECT count(*) > 100 FROM znode WHERE path GLOB '/locks/*'"`,
      'any question',
    ],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'Conditions: exists PATH; data PATH = TEXT, != TEXT, ~ REGEX, = hex:00FF, = null; children, bytes (of data) or ' +
    'version PATH with >, <, >=, <=, = or != and a number; owner PATH = 0x…; acl PATH has SCHEME:ID or SCHEME:ID:PERMS; ' +
    'each with "not" before it. Quotes around PATH help where it has spaces. A condition on a znode that is not there does ' +
    'not hold. "sql: SELECT …" gives one value and holds where it is a number other than 0; tables are znode (path, ' +
    'parent, name, kind, data, data_length, acl, czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, ' +
    'ephemeral_owner) and session (session_id, timeout). Where an answer takes long it is asked every N txns, which is ' +
    'said; a change that is undone within N txns is not seen then. Exit code 1 where it never holds.',
  run: async (args, context) => {
    if (args.last && args.all) throw new UsageError('--last and --all: choose one');
    if (args.every === 0) throw new UsageError('--every 0 would never ask');
    if (args.every !== undefined && args.where.kind !== 'sql') {
      throw new UsageError(
        '--every is for SQL',
        'other conditions are looked at after every txn that concerns them',
      );
    }
    const { resolve } = await import('../../source/open.js');
    const run = new Run(args, context);
    const resolved = resolve(args.source, run.sourceOptions);
    let runs: ReplayRuns;
    try {
      runs = await openReplayRuns(resolved, runRangeOf(args), run.sourceOptions);
    } catch (error) {
      resolved.close();
      throw error;
    }
    try {
      const isFound = print(runs, args.where, args, run);
      if (!runs.isComplete) run.markIncomplete();
      return run.finish(isFound ? EXIT.ok : EXIT.no);
    } finally {
      runs.close();
    }
  },
});

/** Times of a range are those of txns in it: the trees before the first and behind the last of them. */
function runRangeOf(args: BisectArgs): RunRange {
  const { fromZxid, toZxid, since, until } = rangeOf(args);
  if (fromZxid !== undefined && since !== undefined) throw new UsageError('--from and --since: choose one');
  if (toZxid !== undefined && until !== undefined) throw new UsageError('--to and --until: choose one');
  return {
    from:
      fromZxid !== undefined ? { zxid: fromZxid } : since !== undefined ? { time: since - 1n } : undefined,
    to: toZxid !== undefined ? { zxid: toZxid } : until !== undefined ? { time: until - 1n } : undefined,
  };
}

/** Prints what was asked for; false where the condition never holds. */
function print(runs: ReplayRuns, condition: Condition, args: BisectArgs, run: Run): boolean {
  let every: number | null = null;
  const told: BisectOptions = {
    every: args.every ?? null,
    onEvery(asked) {
      every = asked;
      if (asked > 1) {
        run.note(
          `asked every ${asked} txns, and by halves between where the answer changed: a change that is undone within them is not seen; --every 1 asks after each`,
        );
      }
    },
    onHole: (before, behind) =>
      run.note(
        `txns between ${formatZxid(before)} and ${formatZxid(behind)} are missing: what happened there is not known`,
      ),
  };
  let isFound = false;
  const periods = lazily(function* () {
    for (const period of wanted(runs, condition, args, told)) {
      isFound = true;
      yield period;
    }
  });
  const range = { from: runs.runs[0]!.from, to: runs.runs.at(-1)!.to };
  const where = `from ${formatZxid(range.from)} to ${formatZxid(range.to)}`;
  if (args.format === 'table' && !args.all) {
    for (const period of run.guarded({ columns: [], rows: periods }, 1).rows) {
      for (const line of periodLines(period)) run.context.stdout.write(`${line}\n`);
    }
  } else {
    const head = { source: runs.name, from: formatZxid(range.from), to: formatZxid(range.to) };
    const rows = { columns: periodColumns, rows: map(periods, periodRow) };
    run.printWithEnvelope(
      rows,
      args,
      head,
      () => runs.isComplete,
      () => ({ every }),
    );
  }
  if (!isFound) run.error(`${runs.name}: it does not hold at any zxid ${where}`);
  return isFound;
}

function* wanted(
  runs: ReplayRuns,
  condition: Condition,
  { all, last }: BisectArgs,
  options: BisectOptions,
): Generator<HeldPeriod> {
  if (all) {
    yield* heldPeriods(runs, condition, options);
    return;
  }
  let found = last ? null : firstHeld(runs, condition, options);
  if (last) for (const period of heldPeriods(runs, condition, options)) found = period;
  if (found !== null) yield found;
}
