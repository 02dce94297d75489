// get: a znode's data. Into a file or pipe it goes byte for byte; a terminal gets text that is safe to show.
import { shownPath } from '../../analysis/paths.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { DATA_MODES, type DataMode, formatData, textOrEscaped } from '../../render/bytes.js';
import { escapeForTerminal } from '../../render/escape.js';
import { printJsonObject } from '../../render/json.js';
import type { Sink } from '../../render/sink.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { absent, askTree } from '../open-source.js';
import { kindOption, outputOptions, treeOptions, znodePositionals } from '../options.js';
import { shown } from '../rows/data-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';

export const get = defineCommand({
  usage: 'get <source> <znode>',
  examples: [
    ['zoolog get backup/zk1 /kafka/controller', 'show the data; what is not text is escaped on a terminal'],
    ['zoolog get backup/zk1 /app/key.der > key.der', 'the exact bytes into a file'],
    ['zoolog get backup/zk1 /app/key.der --data hex', 'the bytes as hex'],
    ['zoolog get backup/zk1 /kafka/controller --format json', 'with all other fields'],
  ],
  positionals: znodePositionals,
  options: {
    format: {
      type: 'string',
      choices: ['raw', 'json'],
      default: 'raw',
      describe: 'The data alone, or one object with all fields',
    },
    data: {
      type: 'string',
      choices: DATA_MODES,
      describe: 'How data is shown (default: the bytes, on a terminal as text; in json auto)',
    },
    quiet: outputOptions.quiet,
    ...kindOption,
    ...treeOptions,
  },
  run: (args, context) =>
    askTree({ ...args, singles: true }, context, (tree, run) => {
      const znode = tree.get(args.znode);
      if (znode === null) {
        run.error(absent(args.znode, tree));
        return EXIT.no;
      }
      if (args.format === 'json') {
        const row = shown(
          znodeRow(znode, { evidence: true, emulate353: args.emulate353 }),
          args.data ?? 'auto',
        );
        printJsonObject(znodeColumns({ data: true, evidence: true }), row, context.stdout);
        return EXIT.ok;
      }
      if (znode.data === undefined) run.note(`${tree.name} holds no data`);
      else if (znode.data === null) run.note(`the data of ${shownPath(args.znode)} is null`);
      else writeData(znode.data, args.data, context.stdout);
      return EXIT.ok;
    }),
});

function writeData(data: Buffer, mode: DataMode | undefined, stdout: Sink): void {
  if (mode !== undefined) {
    const { data: text } = formatData(data, mode);
    if (typeof text === 'string') stdout.write(`${stdout.isTerminal ? escaped(text) : text}\n`);
  } else if (stdout.isTerminal) stdout.write(`${escaped(textOrEscaped(data))}\n`);
  else stdout.write(data);
}

/** Lines stay lines: much data is text of several. */
function escaped(text: string): string {
  return text.split('\n').map(escapeForTerminal).join('\n');
}
