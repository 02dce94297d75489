// compare: are the servers of an ensemble the same?
import { type ComparedMember, type Comparison, compareMembers } from '../../analysis/compare-members.js';
import { shownPath } from '../../analysis/paths.js';
import { InputError, UsageError } from '../../errors.js';
import type { RawText } from '../../jute/raw-text.js';
import { formatZxid, parseZxid, type Zxid } from '../../records/zxid.js';
import { escapeForTerminal } from '../../render/escape.js';
import { memberSources } from '../../source/members.js';
import { openTree, openTxns } from '../../source/open.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT, withHint } from '../exit-codes.js';
import { jsonFields } from '../json-fields.js';
import { outputOptions, sourceOptions } from '../options.js';
import { compareColumns, comparedColumns } from '../rows/compare-columns.js';
import { type OutputArgs, Run } from '../run.js';

const options = {
  at: {
    type: 'string',
    requiresArg: true,
    coerce: parseZxid,
    describe: 'Compare the trees at this zxid (default: the newest that all servers reach)',
  },
  ...outputOptions,
  ...sourceOptions,
} as const satisfies OptionTable;

export const compare = defineCommand({
  usage: 'compare <source...>',
  examples: [
    ['zoolog compare zk1 zk2 zk3', 'are these three servers of an ensemble the same?'],
    ['zoolog compare case.db#prod', 'the same of a cluster in an index'],
    ['zoolog compare zk1 zk2 --at 0x50000002f', 'their trees at a moment'],
    ['zoolog compare zk1 zk2 zk3 --format json | jq \'.rows[] | select(.kind == "fork")\'', 'for a script'],
  ],
  positionals: {
    source: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'dataDirs, folders of servers, tars of these, clusters of an index, or snapshots',
    },
  },
  options,
  epilogue:
    'Trees are compared znode by znode at the newest zxid that all servers reach, logs txn by txn. A server that is behind ' +
    'is no difference; txns that it lacks between others of its own are. Exit code 1 where something differs, 3 where nothing ' +
    'does but a tree is unproven or cannot be had, or an index without data was compared.',
  run: (args, context) => {
    const run = new Run(args, context);
    const members = args.source.flatMap((source) => memberSources(source, run.sourceOptions));
    if (members.length < 2) {
      throw new UsageError('one server alone has nothing to be compared with', 'name two or more');
    }
    noteTwice(
      members.map(({ source }) => source),
      run,
    );
    const comparison = compareMembers(members, args.at ?? null, {
      tree: (source, at) => treeOf(source, at, run),
      txns: (source) => {
        const txns = openTxns(source, run.sourceOptions);
        run.watch(txns);
        return txns;
      },
      shownPath: (path) => shownPath(path as RawText),
    });
    run.clear();
    noteStrangers(comparison.members, run);
    print(comparison, args, run);
    if (comparison.rows.some(({ kind }) => kind !== 'synced')) return run.finish(EXIT.no);
    const isLengthsOnly = members.some(({ lacksData }) => lacksData);
    if (isLengthsOnly) {
      run.error(
        'no difference was found, but an index without data was compared, so only lengths of data are equal',
      );
    }
    const isProven = comparison.members.every(({ exactness }) => exactness === 'exact');
    return run.finish(isProven && !isLengthsOnly ? EXIT.ok : EXIT.unreadable);
  },
});

function noteTwice(sources: readonly string[], run: Run): void {
  const twice = new Set(sources.filter((source, i) => sources.indexOf(source) !== i));
  for (const source of twice) run.note(`${source} is named more than once, and is compared with itself`);
}

function noteStrangers(members: readonly ComparedMember[], run: Run): void {
  const logged = members.filter(({ txns }) => txns > 0);
  const strangers = logged.filter(({ met }) => met === 0);
  if (logged.length < 2 || strangers.length === 0) return;
  const who =
    strangers.length === logged.length
      ? 'these servers may be of different ensembles'
      : `${strangers.map(({ server }) => server).join(', ')} may be of another ensemble`;
  run.note(`${who}: no txn of theirs is in the logs of another server`);
}

/** The tree of a server, null where it cannot be had: that is said, and the others are compared. */
function treeOf(source: string, at: Zxid | null, run: Run) {
  try {
    return openTree(at === null ? source : `${source}@${formatZxid(at)}`, run.sourceOptions);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof InputError)) throw error;
    const hint = error instanceof UsageError ? error.hint : undefined;
    run.error(`${source}: no tree to compare: ${withHint(error.message, hint)}`);
    return null;
  }
}

function print(comparison: Comparison, args: OutputArgs, run: Run): void {
  const { zxid, members, equal, different, rows } = comparison;
  const at = zxid === null ? null : formatZxid(zxid);
  if (args.format !== 'table') {
    const head = {
      sources: members.map(({ source }) => source),
      at,
      equal,
      different,
      members: members.map((member) => jsonFields(comparedColumns, member)),
    };
    run.printWithEnvelope({ columns: compareColumns, rows }, args, head, () => true);
    return;
  }
  const { stdout } = run.context;
  const say = (text: string) => stdout.write(`${escapeForTerminal(text)}\n`);
  run.print({ columns: comparedColumns, rows: members }, { ...args, limit: 0 });
  say('');
  if (rows.length > 0) {
    run.print({ columns: compareColumns, rows }, args);
    say('');
  }
  const logs = rows.filter(({ kind }) => kind === 'fork' || kind === 'lacks').length;
  const findings = `${logs} finding${logs === 1 ? '' : 's'}`;
  const isMet = members.some(({ met }) => met > 0);
  const hasLogs = members.some((member) => member.hasLogs);
  const same = isMet
    ? 'the same where they meet'
    : hasLogs
      ? 'no zxid is in two of them, which may be of different ensembles'
      : 'none here';
  say(`${treesText(comparison)}; logs: ${logs === 0 ? same : findings}`);
}

function treesText({ zxid, members, equal, different }: Comparison): string {
  if (zxid === null) return 'no trees';
  const trees = `trees at ${formatZxid(zxid)}`;
  const having = members.filter(({ znodes }) => znodes !== null);
  if (having.length === 0) return `${trees}: none, so nothing was compared`;
  if (having.length === 1) return `${trees}: only that of ${having[0]!.server}, so nothing was compared`;
  const some = having.length < members.length ? `, on ${having.length} of ${members.length} servers` : '';
  return `${trees}: ${equal} znodes equal, ${different} different${some}`;
}
