// history: every change of a znode.

import { type History, historyOf } from '../../analysis/history.js';
import { entriesOf, type HistoryEntry, isHole } from '../../analysis/history-entries.js';
import { historyRow, holeRow } from '../../analysis/history-row.js';
import { shownPath } from '../../analysis/paths.js';
import { formatZxid } from '../../records/zxid.js';
import type { TxnRange } from '../../source/sources.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { printHistoryLines } from '../history-lines.js';
import { map } from '../map.js';
import {
  dataOption,
  evidenceOption,
  kindOption,
  outputOptions,
  rangeOf,
  rangeOptions,
  sourceOptions,
  znodePositionals,
} from '../options.js';
import { type ClientHistoryRow, historyColumns, shownChange } from '../rows/history-columns.js';
import { historyFields, Run } from '../run.js';
import { clientOf, readClients, serverLogOption } from '../server-log.js';

const options = {
  subtree: { type: 'boolean', default: false, describe: 'With everything below the znode' },
  patch: {
    type: 'boolean',
    alias: 'p',
    default: false,
    describe: 'Show below each line what it changed in data and ACL, and the other parts of its multi',
  },
  reverse: { type: 'boolean', alias: 'r', default: false, describe: 'Newest first' },
  ...rangeOptions,
  ...serverLogOption,
  ...dataOption,
  ...evidenceOption,
  ...outputOptions,
  ...kindOption,
  ...sourceOptions,
} as const satisfies OptionTable;

export const history = defineCommand({
  usage: 'history <source> <znode>',
  examples: [
    ['zoolog history backup/zk1 /brokers/ids/3', 'every change, oldest first'],
    ['zoolog history backup/zk1 /brokers/ids/3 --reverse --limit 1', 'the last one: who deleted it'],
    ['zoolog history backup/zk1 /config/topics/orders -p', 'with what each changed, line by line'],
    ["zoolog history backup/zk1 /services --subtree --since '2026-11-21 03:00'", 'all below, from a time on'],
    [
      'zoolog history backup/zk1 /leader --server-log zookeeper.log*',
      'with the address and user of each client',
    ],
    ['zoolog history case.db#prod /controller --format ndjson', 'with every field, for jq'],
  ],
  positionals: znodePositionals,
  options,
  epilogue:
    'Where a log holds a change, it is shown as logged. Where none does, the stats in the snapshots tell what they ' +
    'can, and a zxid like 0x6d..0x7f says that it happened between these. Deletes that servers do not log are marked ' +
    'unlogged, and where txns are missing a line of type hole says so. Failed requests and checks are no changes: see log.',
  run: async (args, context) => {
    const { openHistory } = await import('../../source/open-history.js');
    const run = new Run(args, context);
    const source = await openHistory(args.source, run.sourceOptions);
    run.watch(source);
    try {
      const scope = { path: args.znode, depth: args.subtree ? 'all' : 0 } as const;
      const found = historyOf(source, scope, args.reverse, (problem) => run.report(problem));
      if (!source.isComplete) run.markIncomplete();
      if (!found.isKnown) {
        const holes = found.holes.length > 0 ? '; it may have been there in a hole of the logs' : '';
        run.error(`${shownPath(args.znode)} occurs in no txn and no snapshot of ${source.name}${holes}`);
        return run.finish(EXIT.no);
      }
      if (found.isUntouched) {
        run.note(`${shownPath(args.znode)} was made by the server with the tree, and nobody changed it`);
      }
      const range = rangeOf(args);
      noteEpochs(found, range, source.name, run);
      const { emulate353, format, evidence, data } = args;
      const clients = readClients(args.serverLog, run);
      const summary = new Summary();
      const rows = map(entriesOf(found, args.reverse, range), (entry): ClientHistoryRow => {
        summary.add(entry);
        const row = isHole(entry) ? holeRow(entry, args.znode) : historyRow(entry, emulate353);
        return clients === null || row.session === null ? row : { ...row, ...clientOf(clients, row.session) };
      });
      if (format === 'table') {
        const patch = args.patch || data !== undefined ? (data ?? 'auto') : null;
        const lines = {
          withPath: args.subtree,
          patch,
          withEvidence: evidence,
          withClients: clients !== null,
        };
        printHistoryLines({ columns: [], rows }, args, lines, run);
      } else {
        const shown = map(rows, (row) => shownChange(row, data ?? 'auto'));
        const head = { ...historyFields(source), newest: hex(found.newest), holes: holesOf(found) };
        run.printWithEnvelope({ columns: historyColumns, rows: shown }, args, head, () => source.isComplete);
      }
      if (args.subtree) run.note(summary.text());
      return run.finish(EXIT.ok);
    } finally {
      source.close();
    }
  },
});

function noteEpochs({ holes }: History, { fromZxid, toZxid }: TxnRange, name: string, run: Run): void {
  const epochs = holes.flatMap(({ kind, next }) => {
    if (kind !== 'epoch' || next === null) return [];
    const isOutside = (fromZxid ?? next.zxid) > next.zxid || (toZxid ?? next.zxid) < next.zxid;
    return isOutside ? [] : [next.zxid];
  });
  if (epochs.length === 0) return;
  const where = epochs.slice(0, 3).map(formatZxid).join(', ') + (epochs.length > 3 ? ', …' : '');
  run.note(`${name}: where epochs change (${where}) nothing shows whether the old one went further`);
}

/** Holes for the json envelope, changes of epoch among them. */
function holesOf({ holes }: History): readonly unknown[] {
  return holes.map(({ kind, after, next, missing }) => {
    return {
      kind,
      after: hex(after?.zxid),
      next: hex(next?.zxid),
      missing: missing === null ? null : Number(missing),
    };
  });
}

function hex(zxid: bigint | null | undefined): string | null {
  return zxid == null ? null : formatZxid(zxid);
}

/** Counts what is shown. */
class Summary {
  readonly #counts = { created: 0, deleted: 0, 'data changes': 0, 'ACL changes': 0 };

  add(entry: HistoryEntry): void {
    if (isHole(entry)) return;
    const { type, count } = entry.event;
    if (type.startsWith('create')) this.#counts.created += count;
    else if (type.startsWith('delete')) this.#counts.deleted += count;
    else if (type === 'setACL') this.#counts['ACL changes'] += count;
    else if (type !== 'children') this.#counts['data changes'] += count;
  }

  text(): string {
    return Object.entries(this.#counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
  }
}
