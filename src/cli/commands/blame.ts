// blame: who made what is there now.
import { blameOf, blameTable } from '../../analysis/blame.js';
import { type History, historyOf } from '../../analysis/history.js';
import { isAtOrBelow, shownPath } from '../../analysis/paths.js';
import { UsageError } from '../../errors.js';
import type { RawText } from '../../jute/raw-text.js';
import { formatZxid } from '../../records/zxid.js';
import { znodePath } from '../coerce.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { evidenceOption, kindOption, outputOptions, sourceOptions, sourcePositional } from '../options.js';
import { blameColumns, blamedZnodeColumns } from '../rows/blame-columns.js';
import { Run } from '../run.js';

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
  positionals: {
    ...sourcePositional,
    znode: { type: 'string', demandOption: true, coerce: znodePath, describe: 'Path of a znode' },
  },
  options,
  epilogue:
    'All txns of the logs count, also those after the newest snapshot. Where the log of a txn is not here, the stat in ' +
    'a snapshot tells its zxid and time, but not the session. A session id tells the server that gave it out, not the client.',
  run: async (args, context) => {
    const { znode, children, recursive } = args;
    if (children && recursive)
      throw new UsageError('--children and --recursive do not go together', 'type one of them');
    const { openHistoryUpTo } = await import('../../source/open-history.js');
    const run = new Run(args, context);
    const { source, upTo } = await openHistoryUpTo(args.source, run.sourceOptions);
    run.watch(source);
    try {
      const scope = { path: znode, depth: recursive ? 'all' : 1 } as const;
      const found = historyOf(source, scope, (problem) => run.report(problem), upTo);
      if (!source.isComplete) run.markIncomplete();
      if (typeof found.last.get(znode) !== 'object') {
        run.error(absentText(found, znode, source.name));
        return run.finish(EXIT.no);
      }
      const at = found.newest === null ? null : formatZxid(found.newest);
      const head = { source: source.name, zxid: at };
      const isComplete = () => source.isComplete;
      const { evidence, emulate353, format } = args;
      if (children || recursive) {
        const isWanted = (path: RawText) => isAtOrBelow(path, znode) && (recursive || path !== znode);
        const rows = blameTable(found, isWanted, emulate353);
        run.printWithEnvelope(
          { columns: blamedZnodeColumns(evidence || format !== 'table'), rows },
          args,
          head,
          isComplete,
        );
      } else {
        const rows = blameOf(found, znode, emulate353) ?? [];
        run.printWithEnvelope({ columns: blameColumns(evidence), rows }, args, head, isComplete);
      }
      if (!found.events.some(({ event }) => event.path === znode)) {
        run.note(`${shownPath(znode)} was made by the server with the tree, and nobody changed it`);
      }
      if (at !== null) run.note(`${source.name}: ${shownPath(znode)} as of ${at}`);
      return run.finish(EXIT.ok);
    } finally {
      source.close();
    }
  },
});

function absentText({ events, newest }: History, path: RawText, name: string): string {
  const at = newest === null ? '' : ` at ${formatZxid(newest)}`;
  const deletion = events.findLast(
    ({ event }) => event.path === path && event.type.startsWith('delete'),
  )?.event;
  if (deletion === undefined) return `there is no znode ${shownPath(path)} in ${name}${at}`;
  const when = deletion.zxid === null ? 'it was deleted' : `it was deleted at ${formatZxid(deletion.zxid)}`;
  return `there is no znode ${shownPath(path)} in ${name}${at}: ${when}; "zoolog history" tells more`;
}
