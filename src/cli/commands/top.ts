// top: what was busiest, and when.
import { ops, opTest } from '../../analysis/log-query.js';
import type { SessionClients } from '../../analysis/server-log.js';
import type { TimeLine } from '../../analysis/time-buckets.js';
import {
  TOP_KEYS,
  TOP_ORDERS,
  TopCounter,
  type TopKey,
  type TopOrder,
  type TopRow,
} from '../../analysis/top.js';
import { UsageError } from '../../errors.js';
import { wholeNumber } from '../coerce.js';
import { type Args, defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { lazily } from '../map.js';
import { checkCommit, opConditions, opQueryOf, opRangeOf, withCopies } from '../op-conditions.js';
import { askTxns } from '../open-source.js';
import { outputOptions, sourceOptions, sourcePositional } from '../options.js';
import { bucketColumns, bucketTable, type ShownTop, topColumns, topTable } from '../rows/top-columns.js';
import type { Run } from '../run.js';
import { clientOf, readClients, serverLogOption } from '../server-log.js';
import { headLines, timeLineFields, totalsFields } from '../top-head.js';

/** Rows of each key without --by, and of one key. */
const FEW_ROWS = 5;
const ROWS = 20;
const BUCKETS = 60;
/** Columns of the chart: what there is on a line beside labels, and no more than a ticket holds. */
const CHART_MARGIN = 24;
const WIDEST_CHART = 80;

const options = {
  by: {
    type: 'string',
    choices: TOP_KEYS,
    describe: 'What ops are put together by (default: a page with the first rows of each)',
  },
  sort: {
    type: 'string',
    choices: TOP_ORDERS,
    describe: 'Most of these first; growth is creates minus deletes (default: ops, by parent growth)',
  },
  histogram: { type: 'boolean', default: false, describe: 'Rows are stretches of time instead' },
  buckets: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    describe: `With --histogram: at most so many stretches (default ${BUCKETS})`,
  },
  ...opConditions,
  ...serverLogOption,
  ...outputOptions,
  limit: {
    ...outputOptions.limit,
    describe: `Most rows; 0 for all (default ${ROWS}, without --by ${FEW_ROWS} of each)`,
  },
  ...sourceOptions,
} as const satisfies OptionTable;

type TopArgs = Args<typeof options>;

export const top = defineCommand({
  usage: 'top <source>',
  examples: [
    ['zoolog top backup/zk1', 'the shape of all there is: when, what, where, by whom'],
    ["zoolog top backup/zk1 --since '2026-11-21 03:00' --until '2026-11-21 03:30'", 'of half an hour'],
    ['zoolog top backup/zk1 --by session --sort bytes --server-log zookeeper.log', 'who wrote most'],
    ['zoolog top backup/zk1 --by parent --limit 5', 'where children became more'],
    ['zoolog top backup/zk1 --path /controller --by session', 'who writes one znode'],
    ['zoolog top backup/zk1 --by error', 'which requests failed how often'],
    ['zoolog top backup/zk1 --histogram --format csv', 'ops by time, for a spreadsheet'],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'Ops are counted as log shows them: a multi as its parts, deletes that a closeSession lists as deletes of its ' +
    'session. Creates, deletes, growth and bytes count only what was applied; bytes are data of creates and setData. ' +
    'An error names no path. Numbers are exact; more than half a million keys are counted by way of temporary files.',
  run: (typed, context) => {
    const args = withCopies(typed);
    if (args.histogram && (args.by !== undefined || args.sort !== undefined)) {
      throw new UsageError('--histogram goes with neither --by nor --sort', 'its rows are stretches of time');
    }
    if (args.buckets !== undefined && !args.histogram) {
      throw new UsageError('--buckets is for --histogram');
    }
    if (args.buckets === 0) throw new UsageError('--buckets 0 would show nothing');
    const range = opRangeOf(args);
    const test = opTest(opQueryOf(args));
    return askTxns(args, context, (txns, run) => {
      checkCommit(args, txns);
      const keys = args.histogram ? [] : args.by === undefined ? TOP_KEYS : [args.by];
      const counter = new TopCounter(keys);
      const count = () => {
        for (const { logged, part } of ops(txns.txns(range), test)) counter.add(logged, part);
      };
      try {
        const clients = readClients(args.serverLog, run);
        const page = { counter, count, clients, source: txns.name, isComplete: () => txns.isComplete };
        if (args.histogram) printHistogram(page, args, run);
        else printTop(page, keys, args, run);
      } finally {
        counter.close();
      }
      return EXIT.ok;
    });
  },
});

/** What is to be printed, before it is counted. */
interface Page {
  readonly counter: TopCounter;
  /** Reads the history; errors of input come from here. */
  readonly count: () => void;
  readonly clients: SessionClients | null;
  readonly source: string;
  readonly isComplete: () => boolean;
}

function printTop(page: Page, keys: readonly TopKey[], args: TopArgs, run: Run): void {
  const { counter, clients, source, isComplete } = page;
  const { stdout } = run.context;
  const limit = args.limit ?? (args.by === undefined ? FEW_ROWS : ROWS);
  const orders = new Map(keys.map((key) => [key, args.sort ?? orderOf(key)] as const));
  // Each key has its own limit, kept to while counting.
  const unlimited = { ...args, limit: 0 };
  if (args.format !== 'table') {
    const rows = lazily(function* () {
      page.count();
      for (const found of counter.rows(orders, limit).values()) yield* found.rows.map(shownRow(page));
    });
    const tail = () => ({ totals: totalsFields(counter), timeLine: timeLineFields(counter, BUCKETS) });
    run.printWithEnvelope(
      { columns: topColumns(clients !== null), rows },
      unlimited,
      { source },
      isComplete,
      tail,
    );
    sayNotes(counter, run);
    return;
  }
  readAll(page, run);
  const head = headLines(counter, Math.min(stdout.columns - CHART_MARGIN, WIDEST_CHART));
  for (const line of head) stdout.write(`${line}\n`);
  if (counter.totals === null) return;
  for (const [key, { rows, count: all }] of counter.rows(orders, limit)) {
    if (rows.length === 0 && args.by === undefined) continue;
    const left = all > rows.length ? `, ${rows.length} of ${all}` : '';
    stdout.write(`\nby ${key}, most ${orders.get(key)}${left}\n`);
    run.print({ columns: topTable(key, clients !== null), rows: rows.map(shownRow(page)) }, unlimited);
  }
  sayNotes(counter, run);
}

/** Counts, and takes up what keeps input from being read, as printing rows does. */
function readAll({ count }: Page, run: Run): void {
  const none = lazily<never>(() => {
    count();
    return [];
  });
  for (const _ of run.guarded({ columns: [], rows: none }, 0).rows);
}

function printHistogram(page: Page, args: TopArgs, run: Run): void {
  const { counter, count, source, isComplete } = page;
  let line: TimeLine | null = null;
  const rows = lazily(() => {
    count();
    line = counter.timeLine(args.buckets ?? BUCKETS);
    return line?.buckets ?? [];
  });
  if (args.format === 'table') {
    const buckets = [...run.guarded({ columns: [], rows }, 0).rows];
    const most = buckets.reduce((largest, { ops }) => Math.max(largest, ops), 1);
    run.print({ columns: bucketTable(most), rows: buckets }, args);
    return;
  }
  const tail = () => ({ bucketMs: line?.bucketMs ?? null, totals: totalsFields(counter) });
  run.printWithEnvelope({ columns: bucketColumns, rows }, args, { source }, isComplete, tail);
}

function orderOf(key: TopKey): TopOrder {
  return key === 'parent' ? 'growth' : 'ops';
}

function shownRow({ clients }: Page): (row: TopRow) => ShownTop {
  return (row) =>
    row.session === undefined || clients === null ? row : { ...row, ...clientOf(clients, row.session) };
}

function sayNotes(counter: TopCounter, run: Run): void {
  const { unlistedCloses = 0 } = counter.totals ?? {};
  if (unlistedCloses > 0) {
    run.note(
      `${unlistedCloses} closeSession txns do not say which ephemerals they delete (servers before 3.6, or closeSessionTxn off): these deletes are not counted`,
    );
  }
}
