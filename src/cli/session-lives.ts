// sessions of a history: lives, storms, and one session's story.
import { BestRows } from '../analysis/best-rows.js';
import { followSessions, type SessionStory, sessionStory } from '../analysis/follow-sessions.js';
import { ops, opTest } from '../analysis/log-query.js';
import { opRow } from '../analysis/op-row.js';
import type { SessionClients } from '../analysis/server-log.js';
import type { SessionLife } from '../analysis/session-life.js';
import { sessionMinutes } from '../analysis/session-minutes.js';
import { formatHex } from '../records/zxid.js';
import type { SessionHistory } from '../source/session-history.js';
import { EXIT } from './exit-codes.js';
import { jsonFields } from './json-fields.js';
import { lazily, map } from './map.js';
import { shown } from './rows/data-columns.js';
import { opColumns } from './rows/op-columns.js';
import { ephemeralColumns, type LifeRow, lifeColumns, minuteColumns } from './rows/session-columns.js';
import type { OutputArgs, Run } from './run.js';
import { clientOf } from './server-log.js';
import { storyLines } from './story-lines.js';

/** Orders of lives. */
export const LIFE_ORDERS = [
  'created',
  'ended',
  'duration',
  'writes',
  'bytes',
  'ephemerals',
  'failed',
  'last',
] as const;
export type LifeOrder = (typeof LIFE_ORDERS)[number];

/** What is asked of a history of sessions. */
export interface LivesArgs extends OutputArgs {
  readonly evidence: boolean;
  readonly sort: LifeOrder;
  readonly perMinute: boolean;
  readonly atLeast?: number | undefined;
  /** Which lives. */
  readonly test: (life: SessionLife) => boolean;
}

const NOBODY: SessionClients = new Map();

/** Prints the lives of the sessions, or the minutes in which they came and went. */
export function printLives(
  history: SessionHistory,
  clients: SessionClients | null,
  args: LivesArgs,
  run: Run,
): void {
  const { txns } = history;
  const isComplete = () => txns.isComplete;
  const lives = function* (): Generator<SessionLife> {
    for (const life of followSessions(history).lives()) if (args.test(life)) yield life;
  };
  if (args.perMinute) {
    const rows = lazily(() => sessionMinutes(lives(), args.atLeast));
    run.printWithEnvelope({ columns: minuteColumns, rows }, args, { source: txns.name }, isComplete);
    return;
  }
  const known = clients ?? NOBODY;
  const rows = map(
    lazily(() => sorted(lives(), args)),
    (life) => lifeRow(life, known),
  );
  const columns = lifeColumns({ clients: clients !== null, evidence: args.evidence });
  run.printWithEnvelope({ columns, rows }, args, { source: txns.name }, isComplete);
}

/** Prints all there is to say of one session; returns the exit code. */
export function printStory(
  history: SessionHistory,
  id: bigint,
  clients: SessionClients | null,
  args: OutputArgs & { readonly evidence: boolean },
  run: Run,
): number {
  const { txns } = history;
  const story = sessionStory(history, id);
  if (story === null) {
    run.error(`there is no session ${formatHex(id)} in ${txns.name}`);
    return EXIT.no;
  }
  const row = lifeRow(story.life, clients ?? NOBODY);
  const did = ops(txns.txns(), opTest({ session: id }));
  const rows = {
    columns: opColumns({ data: false, evidence: args.evidence }),
    rows: map(did, ({ logged, part }) =>
      shown(opRow(logged, part), args.format === 'table' ? 'none' : 'auto'),
    ),
  };
  if (args.format !== 'table') {
    const columns = lifeColumns({ clients: true, evidence: true });
    const ephemerals = story.ephemerals.map((one) => jsonFields(ephemeralColumns, one));
    const head = { source: txns.name, session: jsonFields(columns, row), ephemerals };
    run.printWithEnvelope(rows, args, head, () => txns.isComplete);
    return EXIT.ok;
  }
  const { stdout } = run.context;
  for (const line of storyLines(row, clients?.get(id) ?? null)) stdout.write(`${line}\n`);
  stdout.write('\nwhat it did\n');
  run.print(rows, args);
  printEphemerals(story, args, run);
  return EXIT.ok;
}

function printEphemerals({ ephemerals }: SessionStory, args: OutputArgs, run: Run): void {
  if (ephemerals.length === 0) return;
  run.context.stdout.write('\nits ephemerals\n');
  run.print({ columns: ephemeralColumns, rows: ephemerals }, args);
}

function lifeRow({ createdAt, endedAt, ...life }: SessionLife, clients: SessionClients): LifeRow {
  const isSaid = life.state === 'expired' && clients.get(life.id)?.expired != null;
  const isEnded = life.state === 'expired' || life.state === 'closed';
  return {
    ...life,
    ...clientOf(clients, life.id),
    endedFrom: isSaid ? 'server log' : isEnded ? 'cxid' : null,
    createdFile: createdAt?.file ?? null,
    createdOffset: createdAt?.offset ?? null,
    endedFile: endedAt?.file ?? null,
    endedOffset: endedAt?.offset ?? null,
  };
}

// In the order in which they come nothing needs be held.
function sorted(lives: Iterable<SessionLife>, { sort, limit = 0 }: LivesArgs): Iterable<SessionLife> {
  if (sort === 'created') return lives;
  const key = KEYS[sort];
  const best = new BestRows<SessionLife>((a, b) => byKey(key(a), key(b)), limit);
  for (const life of lives) best.add(life);
  return best.sorted();
}

type Key = bigint | number | null;

const KEYS: Readonly<Record<Exclude<LifeOrder, 'created'>, (life: SessionLife) => Key>> = {
  ended: ({ endedZxid }) => (endedZxid === null ? null : -endedZxid),
  duration: ({ duration }) => duration,
  writes: ({ writes }) => writes,
  bytes: ({ bytes }) => bytes,
  ephemerals: ({ ephemerals }) => ephemerals,
  failed: ({ failed }) => failed,
  last: ({ lastZxid }) => lastZxid,
};

/** The largest first, null last; equal ones stay in their order. */
function byKey(a: Key, b: Key): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return a > b ? -1 : a < b ? 1 : 0;
}
