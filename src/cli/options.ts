// Options that several commands share, each declared once.
import { parseZxid } from '../records/zxid.js';
import { DATA_MODES } from '../render/bytes.js';
import { FORMATS } from '../render/render.js';
import type { TxnRange } from '../source/sources.js';
import { wholeNumber } from './coerce.js';
import type { OptionTable } from './command.js';
import { parseTime, timeZone } from './time.js';

const OUTPUT = 'Output:';

/** How rows are printed. */
export const outputOptions = {
  format: {
    type: 'string',
    choices: FORMATS,
    default: 'table',
    group: OUTPUT,
    describe: 'How rows are written; the same on a terminal and in a pipe',
  },
  limit: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: OUTPUT,
    describe: 'Most rows; 0 for all (default: all, in a table 1000)',
  },
  quiet: {
    type: 'boolean',
    alias: 'q',
    default: false,
    group: OUTPUT,
    describe: 'Say nothing on stderr but errors',
  },
} as const satisfies OptionTable;

/** How a SOURCE is read. */
export const sourceOptions = {
  'log-dir': {
    type: 'string',
    requiresArg: true,
    describe: 'dataLogDir, where logs lie elsewhere than snapshots (default: as in zoo.cfg beside the data)',
  },
} as const satisfies OptionTable;

/** How a tree is read. */
export const treeOptions = {
  ...sourceOptions,
  inexact: {
    type: 'boolean',
    default: false,
    describe: 'Show the tree of a moment that cannot be had rightly, as it may have been',
  },
} as const satisfies OptionTable;

/** How data is shown. The default is the command's to say. */
export const dataOption = {
  data: {
    type: 'string',
    choices: DATA_MODES,
    group: OUTPUT,
    describe: 'How data is shown: text where it is UTF-8 and else base64 (auto), or as said',
  },
} as const satisfies OptionTable;

/** File, offset and length with each row. */
export const evidenceOption = {
  evidence: {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Add file, byte offset and length of the record to each row',
  },
} as const satisfies OptionTable;

/** How owners are read. */
export const kindOption = {
  emulate353: {
    type: 'boolean',
    default: false,
    describe: 'Read negative owners as TTLs written by 3.5.3 (zookeeper.emulate353TTLNodes)',
  },
} as const satisfies OptionTable;

/** A range of time and zxid. */
export const rangeOptions = {
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'Not before this time, ISO 8601 or "2026-11-21 03:17"; what is left out is 0',
  },
  until: { type: 'string', requiresArg: true, describe: 'Before this time' },
  tz: {
    type: 'string',
    requiresArg: true,
    default: 'UTC',
    coerce: timeZone,
    describe: 'Time zone of --since and --until, as Europe/Berlin; output is always UTC',
  },
  from: {
    type: 'string',
    requiresArg: true,
    coerce: parseZxid,
    describe: 'From this zxid on, 0x50000002f or EPOCH:COUNTER',
  },
  to: {
    type: 'string',
    requiresArg: true,
    coerce: parseZxid,
    describe: 'Up to this zxid, which is included',
  },
} as const satisfies OptionTable;

/** Values of `rangeOptions`. */
export interface RangeArgs {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tz: string;
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}

/** The range that was asked for. Ends that were not given are absent. */
export function rangeOf({ since, until, tz, from, to }: RangeArgs): TxnRange {
  return {
    ...(since === undefined ? {} : { since: parseTime(since, tz) }),
    ...(until === undefined ? {} : { until: parseTime(until, tz) }),
    ...(from === undefined ? {} : { fromZxid: from }),
    ...(to === undefined ? {} : { toZxid: to }),
  };
}

/** SOURCE, the first argument of every command. */
export const sourcePositional = {
  source: {
    type: 'string',
    demandOption: true,
    describe: 'Snapshot, log, dataDir or version-2, folder of servers, tar of these, zoo.cfg, or index',
  },
} as const satisfies OptionTable;
