// stat: all fields of a znode, and the two that clients see otherwise.

import { aclText } from '../../analysis/acl-row.js';
import { clientCversion, type ZnodeRow, znodeRow } from '../../analysis/znode-row.js';
import { escapeForTerminal } from '../../render/escape.js';
import { printJsonObject } from '../../render/json.js';
import type { Column } from '../../render/rows.js';
import type { Sink } from '../../render/sink.js';
import { textWriter } from '../../render/value.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { absent, askTree } from '../open-source.js';
import { outputOptions, znodeOptions, znodePositionals } from '../options.js';
import { type Shown, shown } from '../rows/data-columns.js';
import { type ShownZnode, znodeColumns } from '../rows/znode-columns.js';

/** A znode row, and cversion as clients see it. */
type StatRow = Shown<ZnodeRow> & { readonly clientCversion: number };

export const stat = defineCommand({
  usage: 'stat <source> <znode>',
  examples: [
    ['zoolog stat backup/zk1 /kafka/controller', 'one field a line'],
    ['zoolog stat backup/zk1 /kafka/controller --evidence', 'and where in which file it stands'],
    ['zoolog stat backup/zk1 /kafka/controller --format json --data auto', 'one object, with the data'],
  ],
  positionals: znodePositionals,
  options: {
    format: {
      type: 'string',
      choices: ['lines', 'json'],
      default: 'lines',
      describe: 'One field a line, or one object',
    },
    ...znodeOptions,
    quiet: outputOptions.quiet,
  },
  run: (args, context) =>
    askTree({ ...args, singles: true }, context, (tree, run) => {
      const { data: mode, evidence, emulate353 } = args;
      const znode = tree.get(args.znode);
      if (znode === null) {
        run.error(absent(args.znode, tree));
        return EXIT.no;
      }
      const row: StatRow = {
        ...shown(znodeRow(znode, { evidence, emulate353 }), mode ?? 'none'),
        clientCversion: clientCversion(znode.stat.cversion, znode.numChildren ?? 0),
      };
      const columns = statColumns(znodeColumns({ data: mode !== undefined, evidence }));
      if (args.format === 'json') printJsonObject(columns, row, context.stdout);
      else printFields(columns, row, context.stdout);
      return EXIT.ok;
    }),
});

/** clientCversion stands behind cversion. */
function statColumns(columns: readonly Column<ShownZnode>[]): readonly Column<StatRow>[] {
  return columns.flatMap((column): Column<StatRow>[] => {
    const { key, kind } = column;
    const same: Column<StatRow> = { key, kind };
    return key === 'cversion' ? [same, { key: 'clientCversion', kind: 'number' }] : [same];
  });
}

function printFields(columns: readonly Column<StatRow>[], row: StatRow, stdout: Sink): void {
  const width = Math.max(...columns.map(({ key }) => key.length));
  for (const { key, kind } of columns) {
    const value = row[key];
    if (value === undefined) continue;
    const text = key === 'acl' ? aclText(row.acl) : value === null ? '-' : textWriter(kind)(value);
    stdout.write(`${key.padEnd(width)}  ${escapeForTerminal(text)}\n`);
  }
}
