// A history gone through for its sessions.
import type { RawText } from '../jute/raw-text.js';
import type { SessionHistory } from '../source/session-history.js';
import type { EphemeralEnd, EphemeralListener } from './ephemeral-owners.js';
import { pathBase64, shownPath } from './paths.js';
import type { SessionLife } from './session-life.js';
import { SessionLives } from './session-lives.js';

/** The lives of all sessions of a history, ready to be asked for. */
export function followSessions(history: SessionHistory, listener: EphemeralListener = {}): SessionLives {
  const lives = new SessionLives(listener);
  const tables = history.tables()[Symbol.iterator]();
  let table = tables.next();
  for (const logged of history.txns.txns()) {
    for (; !table.done && table.value.zxid < logged.txn.header.zxid; table = tables.next()) {
      lives.addTable(table.value);
    }
    lives.addTxn(logged);
  }
  for (; !table.done; table = tables.next()) lives.addTable(table.value);
  return lives;
}

/** What became of an ephemeral; `there`: it is still there. */
export interface EphemeralRow {
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly createdZxid: bigint;
  /** Null where only a snapshot knows of it. */
  readonly createdTime: bigint | null;
  readonly end: EphemeralEnd | 'there';
  readonly endedZxid: bigint | null;
  readonly endedTime: bigint | null;
  /** The session that deleted it. */
  readonly endedBy: bigint | null;
}

/** A session and its ephemerals, in the order in which they were created. */
export interface SessionStory {
  readonly life: SessionLife;
  readonly ephemerals: readonly EphemeralRow[];
}

/** The story of one session; null where there is none of this id. */
export function sessionStory(history: SessionHistory, id: bigint): SessionStory | null {
  const ephemerals: { -readonly [K in keyof EphemeralRow]: EphemeralRow[K] }[] = [];
  const there = new Map<RawText, (typeof ephemerals)[number]>();
  const add = (path: RawText, createdZxid: bigint, createdTime: bigint | null) => {
    const row = {
      path: shownPath(path),
      pathBase64: pathBase64(path),
      createdZxid,
      createdTime,
      end: 'there' as const,
      endedZxid: null,
      endedTime: null,
      endedBy: null,
    };
    ephemerals.push(row);
    there.set(path, row);
  };
  const lives = followSessions(history, {
    onCreated(path, owner, { txn }) {
      if (owner === id) add(path, txn.header.zxid, txn.header.time);
    },
    onFound({ path, owner, czxid }) {
      if (owner === id) add(path, czxid, null);
    },
    onEnded(path, owner, end, logged) {
      const row = owner === id ? there.get(path) : undefined;
      if (row === undefined) return;
      there.delete(path);
      row.end = end;
      if (logged === null) return;
      const { zxid, time, clientId } = logged.txn.header;
      Object.assign(row, { endedZxid: zxid, endedTime: time, endedBy: clientId });
    },
  });
  for (const life of lives.lives()) {
    if (life.id === id) return { life, ephemerals };
  }
  return null;
}
