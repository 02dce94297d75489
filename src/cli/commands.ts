// The commands there are. A command's module is loaded only when it is chosen: start-up is part of the interface.
import type { Command } from './command.js';

/** A command that is not loaded yet. */
export interface CommandEntry {
  readonly describe: string;
  load(): Promise<Command>;
}

/** All commands by name, in the order help shows them. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  inspect: {
    describe: 'Say what is here: files, zxids, times, counts, checksums, releases',
    load: async () => (await import('./commands/inspect.js')).inspect,
  },
  doctor: {
    describe: 'Judge a backup: will it start, what is lost, what to do next',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  check: {
    describe: 'Before a move: what the target would reject or misread; after it: is the copy whole?',
    load: async () => (await import('./commands/check.js')).check,
  },
  index: {
    describe: 'Put servers and clusters into one file that answers any question fast',
    load: async () => (await import('./commands/index-command.js')).index,
  },
  sql: {
    describe: 'Query an index with SQL, read-only',
    load: async () => (await import('./commands/sql.js')).sql,
  },
  ls: {
    describe: 'List the children of a znode',
    load: async () => (await import('./commands/ls.js')).ls,
  },
  get: {
    describe: "Print a znode's data",
    load: async () => (await import('./commands/get.js')).get,
  },
  stat: {
    describe: 'Print everything but the data of a znode',
    load: async () => (await import('./commands/stat.js')).stat,
  },
  find: {
    describe: 'Find znodes by path, kind, owner, size, time, zxid, ACL or data',
    load: async () => (await import('./commands/find.js')).find,
  },
  du: {
    describe: 'Count znodes and bytes of data by subtree or by path pattern',
    load: async () => (await import('./commands/du.js')).du,
  },
  log: {
    describe: 'Print transactions, one row an operation',
    load: async () => (await import('./commands/log.js')).log,
  },
  history: {
    describe: 'Show every change of a znode: what, when, by whom',
    load: async () => (await import('./commands/history.js')).history,
  },
  blame: {
    describe: 'Show who made what a znode holds now: its data, its ACL, its children',
    load: async () => (await import('./commands/blame.js')).blame,
  },
  sessions: {
    describe: 'Show sessions: from when to when, what they did and owned, storms, whose they were',
    load: async () => (await import('./commands/sessions.js')).sessions,
  },
  top: {
    describe: 'Count what was busiest in a stretch of history: paths, sessions, types, errors',
    load: async () => (await import('./commands/top.js')).top,
  },
  bisect: {
    describe: 'Find the txn with which a condition on the tree began to hold',
    load: async () => (await import('./commands/bisect.js')).bisect,
  },
  diff: {
    describe: 'Compare two trees: added, removed, changed, and what of it',
    load: async () => (await import('./commands/diff.js')).diff,
  },
  compare: {
    describe: 'Compare the servers of an ensemble: trees znode by znode, logs txn by txn',
    load: async () => (await import('./commands/compare.js')).compare,
  },
  convert: {
    describe: 'Make a data directory that a server of any release line boots from',
    load: async () => (await import('./commands/convert.js')).convertCommand,
  },
  repair: {
    describe: 'Make a data directory that boots of a damaged one, and say what is lost',
    load: async () => (await import('./commands/repair.js')).repair,
  },
  export: {
    describe: 'Write a whole tree, or all transactions, with all data',
    load: async () => (await import('./commands/export.js')).exportCommand,
  },
  scrub: {
    describe: 'Make a copy for sharing: names, data and ACLs replaced, all else as it is',
    load: async () => (await import('./commands/scrub.js')).scrub,
  },
};
