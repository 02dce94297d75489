// sessions: who was connected, and what they own.
import { ephemeralsOf, type SessionRow, sessions as sessionRows } from '../../analysis/sessions.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { formatHex, parseId } from '../../records/zxid.js';
import type { Column } from '../../render/rows.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { lazily, map } from '../map.js';
import { askTree } from '../open-source.js';
import { evidenceOption, kindOption, outputOptions, sourcePositional, treeOptions } from '../options.js';
import { shown } from '../rows/data-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { treeFields } from '../run.js';

const sessionColumns: readonly Column<SessionRow>[] = [
  { key: 'id', kind: 'hex' },
  { key: 'timeout', title: 'timeout ms', kind: 'number' },
  { key: 'server', kind: 'number' },
  { key: 'ephemerals', kind: 'number' },
  { key: 'alive', kind: 'boolean' },
];

export const sessions = defineCommand({
  usage: 'sessions <source> [id]',
  examples: [
    ['zoolog sessions backup/zk1', 'all sessions with the number of ephemerals they own'],
    ['zoolog sessions backup/zk1 0x100001eb3f30000', 'the ephemerals of one session'],
  ],
  positionals: {
    ...sourcePositional,
    id: { type: 'string', coerce: parseId, describe: 'Session id, as 0x100001eb3f30000' },
  },
  options: { ...evidenceOption, ...outputOptions, ...kindOption, ...treeOptions },
  epilogue:
    'alive is false for an owner of ephemerals that the session table does not have: a server deletes what it owns ' +
    'when it loads the snapshot, unless the log brings the session back.',
  run: (args, context) =>
    askTree(args, context, (tree, run) => {
      const { id, evidence, emulate353 } = args;
      const isComplete = () => tree.isComplete;
      if (id === undefined) {
        const rows = { columns: sessionColumns, rows: lazily(() => sessionRows(tree, emulate353)) };
        run.printWithEnvelope(rows, args, treeFields(tree), isComplete);
        return EXIT.ok;
      }
      const owned = ephemeralsOf(tree, id);
      if (owned === null) {
        run.error(`there is no session ${formatHex(id)} in ${tree.name}, and it owns nothing`);
        return EXIT.no;
      }
      const rows = {
        columns: znodeColumns({ data: false, evidence }),
        rows: map(owned, (znode) => shown(znodeRow(znode, { evidence, emulate353 }), 'none')),
      };
      run.printWithEnvelope(rows, args, treeFields(tree), isComplete);
      return EXIT.ok;
    }),
});
