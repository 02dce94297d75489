// Which ops: the options that `log` and what counts ops have in common.

import type { OpQuery } from '../analysis/log-query.js';
import { UsageError } from '../errors.js';
import { OP_CODES, type OpName } from '../records/op-code.js';
import { parseId } from '../records/zxid.js';
import type { TxnRange, TxnSource } from '../source/sources.js';
import { pathPattern } from '../tree/glob.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import { errorCode, wholeNumber, wordsOf, znodePath } from './coerce.js';
import type { Args, OptionTable } from './command.js';
import { rangeOf, rangeOptions } from './options.js';

const CONDITIONS = 'Conditions, all of which must hold:';

/** A range of time and zxid, as conditions. */
export const rangeConditions = {
  since: { ...rangeOptions.since, group: CONDITIONS },
  until: { ...rangeOptions.until, group: CONDITIONS },
  tz: rangeOptions.tz,
  from: { ...rangeOptions.from, group: CONDITIONS },
  to: { ...rangeOptions.to, group: CONDITIONS },
} as const satisfies OptionTable;

/** Conditions on an op. */
export const opConditions = {
  path: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: pathPattern,
    describe: 'Path, or pattern of whole paths: * within a segment, ** across',
  },
  subtree: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: znodePath,
    describe: 'A znode and all below it',
  },
  session: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: parseId,
    describe: 'Session id, as 0x100001eb3f30000',
  },
  server: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: wholeNumber,
    describe: 'Server that gave the session id out: its top byte',
  },
  op: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: wordsOf(Object.keys(OP_CODES) as OpName[]),
    describe: 'Types, with commas: create,setData; multi stands for all parts of multis',
  },
  failed: { type: 'boolean', default: false, group: CONDITIONS, describe: 'Requests that failed' },
  error: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: errorCode,
    describe: 'Requests that failed with this code, -101 or NONODE',
  },
  commit: {
    type: 'string',
    requiresArg: true,
    group: CONDITIONS,
    coerce: wordsOf<CommitState>(['committed', 'single-copy', 'unknown']),
    describe: 'committed, single-copy or unknown, with commas: whether the servers of a cluster agreed on it',
  },
  ...rangeConditions,
} as const satisfies OptionTable;

type OpConditions = Args<typeof opConditions>;

/** The range that was asked for. */
export function opRangeOf(args: OpConditions): TxnRange {
  return {
    ...rangeOf(args),
    // An index finds the txns of one path without reading the others.
    ...(args.path?.only == null ? {} : { path: args.path.only }),
    ...(args.commit === undefined ? {} : { commit: args.commit }),
  };
}

/** The arguments with all copies asked for, where single ones are: the agreed history has none. */
export function withCopies<A extends OpConditions & { readonly allCopies: boolean }>(args: A): A {
  return { ...args, allCopies: args.allCopies || (args.commit?.has('single-copy') ?? false) };
}

/** @throws UsageError where `--commit` asks for what nobody can know of this history. */
export function checkCommit({ commit }: OpConditions, { agreement, name }: TxnSource): void {
  if (commit === undefined || agreement !== undefined) return;
  throw new UsageError(
    `${name}: one server alone does not tell what was committed`,
    'name it in a folder of all servers, as backup/#/zk1, or make an index: zoolog index -o case.db NAME=DIR,DIR,DIR',
  );
}

/** The conditions on an op. @throws UsageError for a server that there cannot be. */
export function opQueryOf(args: OpConditions): OpQuery {
  const { session, server, op, error, failed, subtree } = args;
  if (server !== undefined && server > 255) throw new UsageError(`server ${server} is above 255`);
  return { path: args.path?.regex, subtree, session, server, ops: op, failed, error };
}
