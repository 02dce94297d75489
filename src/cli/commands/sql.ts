// sql: read-only SQL over an index. The library side is src/store.
import { UsageError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { outputOptions } from '../options.js';

export const sql = defineCommand({
  usage: 'sql <index> [statement]',
  examples: [
    ['zoolog sql case.db "SELECT path, data_length FROM znode_view LIMIT 5"', 'one statement'],
    ['zoolog sql case.db', 'a prompt'],
  ],
  positionals: {
    index: { type: 'string', demandOption: true, describe: 'A file made by zoolog index' },
    statement: { type: 'string', describe: 'One SELECT; without it a prompt' },
  },
  options: { ...outputOptions },
  run: () => {
    throw new UsageError('the sql command is not there yet');
  },
});
