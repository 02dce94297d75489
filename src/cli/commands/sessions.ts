// sessions: who was connected, from when to when, and what they own.
import { existsSync } from 'node:fs';
import type { SessionLife, SessionState } from '../../analysis/session-life.js';
import { isShort } from '../../analysis/session-minutes.js';
import { ephemeralsOf, sessions as sessionRows } from '../../analysis/sessions.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { UsageError } from '../../errors.js';
import { formatHex, parseId } from '../../records/zxid.js';
import { parseSource } from '../../source/parse.js';
import type { TxnRange, ZnodeSource } from '../../source/sources.js';
import { wholeNumber } from '../coerce.js';
import { type Args, defineCommand, type OptionTable } from '../command.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { lazily, map } from '../map.js';
import { askTree } from '../open-source.js';
import {
  evidenceOption,
  kindOption,
  outputOptions,
  rangeOf,
  rangeOptions,
  sourcePositional,
  treeOptions,
} from '../options.js';
import { shown } from '../rows/data-columns.js';
import { tableColumns } from '../rows/session-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { Run, treeFields } from '../run.js';
import { clientOf, readClients, serverLogOption } from '../server-log.js';
import { LIFE_ORDERS, printLives, printStory } from '../session-lives.js';

const WHICH = 'Which sessions:';
const flag = (describe: string) => ({ type: 'boolean', default: false, group: WHICH, describe }) as const;

/** Options for a history only. */
const livesOptions = {
  open: flag('Of which no end is known'),
  closed: flag('Closed by their clients'),
  expired: flag('Ended by the server: expired'),
  short: flag('That lived shorter than their timeout'),
  server: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: WHICH,
    describe: 'Given out by this server: the top byte of the id',
  },
  since: { ...rangeOptions.since, group: WHICH, describe: 'That were there at or after this time' },
  until: { ...rangeOptions.until, group: WHICH, describe: 'That were there before this time' },
  tz: rangeOptions.tz,
  from: { ...rangeOptions.from, group: WHICH, describe: 'That were there at or after this zxid' },
  to: { ...rangeOptions.to, group: WHICH, describe: 'That were there at or before this zxid' },
  sort: {
    type: 'string',
    choices: LIFE_ORDERS,
    default: 'created',
    describe: 'created and ended: earliest first; last: by the last request, latest first; else most first',
  },
  'per-minute': {
    type: 'boolean',
    alias: 'storms',
    default: false,
    describe: 'Count how many came and went, minute by minute',
  },
  'at-least': {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    describe: 'With --per-minute: only minutes in which so many came or went',
  },
} as const satisfies OptionTable;

const positionals = {
  ...sourcePositional,
  id: { type: 'string', coerce: parseId, describe: 'Session id, as 0x100001eb3f30000: its whole story' },
} as const satisfies OptionTable;

const options = {
  ...livesOptions,
  ...serverLogOption,
  ...evidenceOption,
  ...outputOptions,
  ...kindOption,
  ...treeOptions,
} as const satisfies OptionTable;

type SessionsArgs = Args<typeof positionals & typeof options>;

export const sessions = defineCommand({
  usage: 'sessions <source> [id]',
  examples: [
    ['zoolog sessions backup/zk1', 'every session in the logs: from when to when, what it wrote and owned'],
    ['zoolog sessions backup/zk1 --expired --sort ephemerals --limit 10', 'those that took most with them'],
    [
      "zoolog sessions backup/zk1 --since '2026-11-21 03:00' --until '2026-11-21 03:30'",
      'who was there then',
    ],
    ['zoolog sessions backup/zk1 --per-minute --at-least 100', 'storms'],
    ['zoolog sessions backup/zk1 0x100001eb3f30000', "one session's whole story"],
    ['zoolog sessions backup/zk1 --open --server-log zookeeper.log*', 'with addresses and users'],
    ['zoolog sessions backup/zk1@0x50000002f', 'the session table at a moment'],
  ],
  positionals,
  options,
  epilogue:
    'A snapshot, and a SOURCE with a moment, have a session table: alive is false for an owner of ephemerals that is ' +
    'not in it. A history has lives. Whether a session was closed by its client or expired is told from its closeSession: ' +
    "the server's own have cxid 0. A session of which no createSession is there is older than what is known.",
  run: async (args, context) => {
    if (parseSource(args.source, existsSync).when !== null) return printTable(args, context);
    const { resolve } = await import('../../source/open.js');
    const run = new Run(args, context);
    const resolved = resolve(args.source, run.sourceOptions);
    if (resolved.kind === 'snapshot') {
      resolved.close();
      return printTable(args, context);
    }
    const { openSessionHistory } = await import('../../source/session-history.js');
    const history = openSessionHistory(resolved, run.sourceOptions, args.emulate353);
    run.watch(history.txns);
    try {
      checkLives(args);
      const clients = readClients(args.serverLog, run);
      let code: number = EXIT.ok;
      if (args.id !== undefined) code = printStory(history, args.id, clients, args, run);
      else printLives(history, clients, { ...args, test: lifeTest(args) }, run);
      if (!history.txns.isComplete) run.markIncomplete();
      return run.finish(code);
    } finally {
      history.close();
    }
  },
});

function checkLives({ perMinute, atLeast, id, server }: SessionsArgs): void {
  if (atLeast !== undefined && !perMinute) throw new UsageError('--at-least is for --per-minute');
  if (id !== undefined && perMinute) throw new UsageError('--per-minute is for all sessions', 'leave ID out');
  if (server !== undefined && server > 255) throw new UsageError(`server ${server} is above 255`);
}

/** Makes the test of the conditions. A life in a range need not lie in it wholly. */
function lifeTest(args: SessionsArgs): (life: SessionLife) => boolean {
  const states = new Set<SessionState>();
  if (args.open) states.add('open');
  if (args.closed) states.add('closed');
  if (args.expired) states.add('expired');
  const range = rangeOf(args);
  return (life) =>
    (states.size === 0 || states.has(life.state)) &&
    (!args.short || isShort(life)) &&
    (args.server === undefined || life.server === args.server) &&
    isIn(life, range);
}

function isIn(life: SessionLife, { fromZxid, toZxid, since, until }: TxnRange): boolean {
  const { createdZxid, createdTime, endedTime } = life;
  const end = life.endedZxid ?? life.goneBy;
  if (fromZxid !== undefined && end !== null && end < fromZxid) return false;
  if (toZxid !== undefined && createdZxid !== null && createdZxid > toZxid) return false;
  if (since !== undefined && endedTime !== null && endedTime < since) return false;
  return until === undefined || createdTime === null || createdTime < until;
}

/** The session table of one tree. */
function printTable(args: SessionsArgs, context: Context): Promise<number> {
  const given = Object.keys(livesOptions).find(
    (name) => name !== 'tz' && name !== 'sort' && isGiven(args, name),
  );
  if (given !== undefined) {
    throw new UsageError(
      `--${given}: a tree has a session table only`,
      'name the directory, the log or the index',
    );
  }
  return askTree(args, context, (tree, run) => {
    if (args.id !== undefined) return printOwned(tree, args.id, args, run);
    const clients = readClients(args.serverLog, run);
    const rows = map(
      lazily(() => sessionRows(tree, args.emulate353)),
      (row) => (clients === null ? row : { ...row, ...clientOf(clients, row.id) }),
    );
    const columns = tableColumns(clients !== null);
    run.printWithEnvelope({ columns, rows }, args, treeFields(tree), () => tree.isComplete);
    return EXIT.ok;
  });
}

function isGiven(args: SessionsArgs, name: string): boolean {
  const value = (args as Readonly<Record<string, unknown>>)[name];
  return value !== undefined && value !== false;
}

function printOwned(tree: ZnodeSource, id: bigint, args: SessionsArgs, run: Run): number {
  const { evidence, emulate353 } = args;
  const owned = ephemeralsOf(tree, id);
  if (owned === null) {
    run.error(`there is no session ${formatHex(id)} in ${tree.name}, and it owns nothing`);
    return EXIT.no;
  }
  const rows = {
    columns: znodeColumns({ data: false, evidence }),
    rows: map(owned, (znode) => shown(znodeRow(znode, { evidence, emulate353 }), 'none')),
  };
  run.printWithEnvelope(rows, args, treeFields(tree), () => tree.isComplete);
  return EXIT.ok;
}
