// log: transactions, one row an operation.
import { type FoundOp, type OpQuery, ops, opTest } from '../../analysis/log-query.js';
import { opRow } from '../../analysis/op-row.js';
import type { SessionClients } from '../../analysis/server-log.js';
import type { TxnRange, TxnSource } from '../../source/sources.js';
import { txnProblems } from '../../txnlog/txn-problems.js';
import { noteAbsentPaths } from '../absent-path.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { map } from '../map.js';
import { checkCommit, opConditions, opQueryOf, opRangeOf, withCopies } from '../op-conditions.js';
import { askTxns } from '../open-source.js';
import { dataOption, evidenceOption, outputOptions, sourceOptions, sourcePositional } from '../options.js';
import { shown } from '../rows/data-columns.js';
import { opColumns, type ShownOp } from '../rows/op-columns.js';
import { OpLines } from '../rows/op-line.js';
import { historyFields, type OutputArgs, type Run } from '../run.js';
import { clientOf, readClients, serverLogOption } from '../server-log.js';

const options = {
  ...opConditions,
  ...serverLogOption,
  ...dataOption,
  ...evidenceOption,
  ...outputOptions,
  ...sourceOptions,
} as const satisfies OptionTable;

export const log = defineCommand({
  usage: 'log <source>',
  examples: [
    ['zoolog log backup/zk1 --path /kafka/controller', 'every change of one znode'],
    ["zoolog log backup/zk1 --since '2026-11-21 03:00' --until '2026-11-21 03:30'", 'half an hour'],
    ['zoolog log backup/zk1 --subtree /services --op delete', 'what was deleted below /services'],
    ['zoolog log backup/zk1 --session 0x100001eb3f30000', 'what a session did'],
    [
      'zoolog log backup/zk1 --path /leader --server-log zookeeper.log*',
      'with the address and user of each client',
    ],
    ['zoolog log backup/zk1 --failed --limit 20', 'the first 20 failed requests'],
    ['zoolog log backup/zk1 --error NOAUTH --format ndjson', 'with every field, for jq'],
    ['zoolog log case.db#prod --commit single-copy', 'what was logged and never agreed on'],
  ],
  positionals: sourcePositional,
  options,
  epilogue:
    'A multi is shown as its parts. Deletes that a closeSession lists follow it, marked implied. A log holds what was ' +
    'proposed: an index of all servers of an ensemble tells what was committed, one server alone does not.',
  run: async (typed, context) => {
    const args = withCopies(typed);
    const range = opRangeOf(args);
    const query = opQueryOf(args);
    const isPlain = args.serverLog === undefined && args.commit === undefined;
    if (args.format === 'ndjson' && args.limit === undefined && isPlain) {
      const { printLogFiles } = await import('../log-files.js');
      const lines = { ops: query, range, data: args.data ?? 'auto' } as const;
      const code = await printLogFiles(args, lines, context);
      if (code !== null) return code;
    }
    return askTxns(args, context, (txns, run) => {
      checkCommit(args, txns);
      const clients = readClients(args.serverLog, run);
      const count = printRows(txns, range, query, clients, args, run);
      if (count === 0) noteAbsentPaths(txns, args, run);
      return EXIT.ok;
    });
  },
});

type LogArgs = OutputArgs & {
  readonly data?: (typeof dataOption.data.choices)[number] | undefined;
  readonly evidence: boolean;
};

/** Prints the ops that meet the query and returns how many there were. */
function printRows(
  txns: TxnSource,
  range: TxnRange,
  query: OpQuery,
  clients: SessionClients | null,
  args: LogArgs,
  run: Run,
): number {
  const mode = args.data ?? (args.format === 'table' ? 'none' : 'auto');
  const checked = map(txns.txns(range), (logged) => {
    for (const problem of txnProblems(logged)) run.report(problem);
    return logged;
  });
  let count = 0;
  const found = map(ops(checked, opTest(query)), (op) => {
    count++;
    return op;
  });
  if (args.format === 'ndjson' && clients === null) {
    printLines(found, mode, args, run);
    return count;
  }
  const columns = opColumns({
    data: args.data !== undefined,
    evidence: args.evidence,
    clients: clients !== null,
    marksUnknown: txns.agreement?.committedTo != null,
  });
  const rows = map(found, ({ logged, part }): ShownOp => {
    const row = shown(opRow(logged, part), mode);
    return clients === null ? row : { ...row, ...clientOf(clients, row.session) };
  });
  run.printWithEnvelope({ columns, rows }, args, historyFields(txns), () => txns.isComplete);
  return count;
}

function printLines(
  found: Iterable<FoundOp>,
  mode: Parameters<typeof shown>[1],
  args: LogArgs,
  run: Run,
): void {
  const lines = new OpLines(mode);
  const { stdout } = run.context;
  const rows = map(found, ({ logged, part }) => lines.line(logged, part));
  for (const line of run.guarded({ columns: [], rows }, args.limit).rows) stdout.write(line);
  stdout.flush();
}
