// find: znodes that meet conditions.
import { find as findZnodes } from '../../analysis/find.js';
import { isAtOrBelow, shownPath } from '../../analysis/paths.js';
import { znodeRow } from '../../analysis/znode-row.js';
import { UsageError } from '../../errors.js';
import { parseId } from '../../records/zxid.js';
import { pathPattern, textPattern } from '../../tree/glob.js';
import { regularExpression, wholeNumber, wordsOf } from '../coerce.js';
import { defineCommand, type OptionTable } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { printLines } from '../lines.js';
import { map } from '../map.js';
import { askTree, isAbsent } from '../open-source.js';
import {
  checkLimits,
  outputOptions,
  rangeOf,
  rangeOptions,
  subtreePositionals,
  znodeOptions,
} from '../options.js';
import { shown } from '../rows/data-columns.js';
import { znodeColumns } from '../rows/znode-columns.js';
import { treeFields } from '../run.js';

const CONDITIONS = 'Conditions, all of which must hold:';
const number = { type: 'string', requiresArg: true, coerce: wholeNumber, group: CONDITIONS } as const;
const text = { type: 'string', requiresArg: true, group: CONDITIONS } as const;

const options = {
  path: { ...text, coerce: pathPattern, describe: 'Pattern of whole paths: * within a segment, ** across' },
  regex: { ...text, coerce: regularExpression, describe: 'Regular expression found in the path' },
  kind: {
    ...text,
    coerce: wordsOf(['persistent', 'ephemeral', 'container', 'ttl']),
    describe: 'persistent, ephemeral, container, ttl; several with commas',
  },
  owner: { ...text, coerce: parseId, describe: 'ephemeralOwner, as 0x100001eb3f30000' },
  'min-size': { ...number, describe: 'At least so many bytes of data' },
  'max-size': { ...number, describe: 'At most so many bytes of data' },
  'min-children': { ...number, describe: 'At least so many children' },
  'max-children': { ...number, describe: 'At most so many children' },
  since: { ...rangeOptions.since, group: CONDITIONS },
  until: { ...rangeOptions.until, group: CONDITIONS },
  'time-of': {
    type: 'string',
    choices: ['created', 'modified'],
    default: 'modified',
    group: CONDITIONS,
    describe: 'Which time --since and --until are about: ctime or mtime',
  },
  from: { ...rangeOptions.from, group: CONDITIONS },
  to: { ...rangeOptions.to, group: CONDITIONS },
  'zxid-of': {
    type: 'string',
    choices: ['created', 'modified', 'children'],
    default: 'modified',
    group: CONDITIONS,
    describe: 'Which zxid --from and --to are about: czxid, mzxid or pzxid',
  },
  acl: { ...text, coerce: textPattern, describe: 'SCHEME:ID of an ACL entry; * for anything' },
  'acl-open': {
    type: 'boolean',
    default: false,
    group: CONDITIONS,
    describe: 'Anyone (world:anyone) may do more than read',
  },
  contains: { ...text, describe: 'Text in the data' },
  matches: { ...text, coerce: regularExpression, describe: 'Regular expression found in the data' },
  long: { type: 'boolean', alias: 'l', default: false, describe: 'A table of kind, size and times' },
  ...znodeOptions,
  ...outputOptions,
} as const satisfies OptionTable;

export const find = defineCommand({
  usage: 'find <source> [znode]',
  examples: [
    ["zoolog find backup/zk1 --path '/kafka/**/state'", '* within a segment, ** across'],
    ['zoolog find backup/zk1 /services --kind ephemeral -l', 'a table of the ephemerals below /services'],
    ['zoolog find backup/zk1 --min-size 1000000', 'znodes with at least 1 MB of data'],
    ['zoolog find backup/zk1 --owner 0x100001eb3f30000', 'what a session owns'],
    ["zoolog find backup/zk1 --since '2026-11-21 03:00' --until '2026-11-21 04:00'", 'changed in an hour'],
    ["zoolog find backup/zk1 --acl 'digest:bob:*' --format ndjson", 'whom an ACL entry is for'],
    ['zoolog find backup/zk1 --acl-open', 'what anyone may change'],
  ],
  positionals: subtreePositionals,
  options,
  run: (args, context) => {
    const { since, until, fromZxid, toZxid } = rangeOf(args);
    checkLimits('size', args.minSize, args.maxSize);
    checkLimits('children', args.minChildren, args.maxChildren);
    const { znode: under, path } = args;
    if (path !== undefined && !isAtOrBelow(path.under, under) && !isAtOrBelow(under, path.under)) {
      throw new UsageError(
        `--path ${path.text} lies outside of ${shownPath(under)}`,
        'patterns are whole paths',
      );
    }
    const query = {
      under,
      path,
      pathRegex: args.regex,
      kinds: args.kind,
      owner: args.owner,
      minSize: args.minSize,
      maxSize: args.maxSize,
      minChildren: args.minChildren,
      maxChildren: args.maxChildren,
      timeOf: args.timeOf,
      since,
      until,
      zxidOf: args.zxidOf,
      fromZxid,
      toZxid,
      acl: args.acl,
      aclOpen: args.aclOpen,
      contains: args.contains,
      matches: args.matches,
      emulate353: args.emulate353,
    };
    return askTree(args, context, (tree, run) => {
      if (isAbsent(under, tree, run)) return EXIT.no;
      const { data: mode, evidence, emulate353 } = args;
      const isLines = args.format === 'table' && !args.long && mode === undefined && !evidence;
      const znodes = findZnodes(tree, query, { data: mode !== undefined, numChildren: !isLines });
      const rows = {
        columns: znodeColumns({ data: mode !== undefined, evidence }),
        rows: map(znodes, (znode) => shown(znodeRow(znode, { evidence, emulate353 }), mode ?? 'none')),
      };
      if (isLines) printLines(rows, ({ path }) => path, args, run);
      else run.printWithEnvelope(rows, args, treeFields(tree), () => tree.isComplete);
      return EXIT.ok;
    });
  },
});
