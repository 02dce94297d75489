// blame: who made what is there now.
import { type Blame, blameOf, blameTable } from '../../analysis/blame.js';
import { ZnodeHistories } from '../../analysis/history.js';
import { shownPath } from '../../analysis/paths.js';
import { UsageError } from '../../errors.js';
import type { RawText } from '../../jute/raw-text.js';
import { formatZxid } from '../../records/zxid.js';
import type { HistorySource } from '../../source/history-source.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { evidenceOption, kindOption, outputOptions, sourceOptions, znodePositionals } from '../options.js';
import { blameColumns, blamedZnodeColumns, type ClientBlameRow } from '../rows/blame-columns.js';
import { historyFields, type OutputArgs, Run } from '../run.js';
import { clientOf, readClients, serverLogOption } from '../server-log.js';

const options = {
  children: {
    type: 'boolean',
    default: false,
    describe: 'A line for each child instead: who made it, who set its data',
  },
  recursive: {
    type: 'boolean',
    alias: 'R',
    default: false,
    describe: 'A line for the znode and everything below it',
  },
  ...serverLogOption,
  ...evidenceOption,
  ...outputOptions,
  ...kindOption,
  ...sourceOptions,
} as const satisfies OptionTable;

export const blame = defineCommand({
  usage: 'blame <source> <znode>',
  examples: [
    [
      'zoolog blame backup/zk1 /kafka/controller',
      'who created it, set its data, its ACL, changed its children',
    ],
    ['zoolog blame backup/zk1@0x50000002f /kafka/controller', 'as it was at a zxid'],
    ['zoolog blame backup/zk1 /brokers/ids --children', 'a line a child'],
    ['zoolog blame case.db#prod /services -R --format csv', 'everything below, for a spreadsheet'],
  ],
  positionals: znodePositionals,
  options,
  epilogue:
    'All txns of the logs count, also those after the newest snapshot. Where the log of a txn is not here, the stat in ' +
    'a snapshot tells its zxid and time, but not the session. A session id tells the server that gave it out, not the client.',
  run: async (args, context) => {
    const { znode, children, recursive } = args;
    if ((children || recursive) && args.serverLog !== undefined) {
      throw new UsageError('--server-log is for one znode', 'leave --children and --recursive away');
    }
    if (children && recursive)
      throw new UsageError('--children and --recursive do not go together', 'type one of them');
    const { openHistoryUpTo } = await import('../../source/open-history.js');
    const run = new Run(args, context);
    const { source, upTo } = await openHistoryUpTo(args.source, run.sourceOptions);
    run.watch(source);
    try {
      const scope = { path: znode, depth: recursive ? 'all' : 1 } as const;
      const histories = new ZnodeHistories(source, scope, (problem) => run.report(problem), upTo);
      const print = children || recursive ? printTable : printParts;
      if (!print(histories, source, args, run)) return run.finish(EXIT.no);
      if (!source.isComplete) run.markIncomplete();
      const { newest } = histories.frame;
      if (newest !== null) run.note(`${source.name}: as of ${formatZxid(newest)}`);
      return run.finish(EXIT.ok);
    } finally {
      source.close();
    }
  },
});

interface BlameArgs extends OutputArgs {
  readonly znode: RawText;
  readonly recursive: boolean;
  readonly evidence: boolean;
  readonly emulate353: boolean;
  readonly serverLog?: readonly string[] | undefined;
}

/** One znode; false where it is not there, which is said. */
function printParts(histories: ZnodeHistories, source: HistorySource, args: BlameArgs, run: Run): boolean {
  const { znode, evidence, emulate353 } = args;
  const found = blameOf(histories, znode, emulate353);
  if (found.rows === null) {
    run.error(absentText(found, znode, source.name));
    return false;
  }
  if (found.rows.length === 0) {
    run.note(`${shownPath(znode)} was made by the server with the tree, and nobody changed it`);
  }
  const head = { ...historyFields(source), zxid: found.newest === null ? null : formatZxid(found.newest) };
  const clients = readClients(args.serverLog, run);
  const rows = {
    columns: blameColumns({ withEvidence: evidence, withClients: clients !== null }),
    rows: found.rows.map((row): ClientBlameRow => {
      return clients === null || row.session === null ? row : { ...row, ...clientOf(clients, row.session) };
    }),
  };
  run.printWithEnvelope(rows, args, head, () => source.isComplete);
  return true;
}

/** The znodes below it; false where it is not there, which is said. */
function printTable(histories: ZnodeHistories, source: HistorySource, args: BlameArgs, run: Run): boolean {
  const { znode, recursive, evidence, emulate353, format } = args;
  let isThere = false;
  const isWanted = (path: RawText) => {
    isThere ||= path === znode;
    return recursive || path !== znode;
  };
  const rows = {
    columns: blamedZnodeColumns(evidence || format !== 'table'),
    rows: blameTable(histories, isWanted, emulate353),
  };
  const tail = () => {
    const { newest } = histories.frame;
    return { zxid: newest === null ? null : formatZxid(newest) };
  };
  run.printWithEnvelope(rows, args, historyFields(source), () => source.isComplete, tail);
  if (!isThere) run.error(`there is no znode ${shownPath(znode)} in ${source.name}`);
  return isThere;
}

function absentText({ deletion, newest }: Blame, path: RawText, name: string): string {
  const at = newest === null ? '' : ` at ${formatZxid(newest)}`;
  if (deletion === null) return `there is no znode ${shownPath(path)} in ${name}${at}`;
  const when = deletion.zxid === null ? 'it was deleted' : `it was deleted at ${formatZxid(deletion.zxid)}`;
  return `there is no znode ${shownPath(path)} in ${name}${at}: ${when}; "zoolog history" tells more`;
}
