// The life of a session, as it is known from txns and snapshots.

/**
 * How a life goes on or ends. `closed`: by a request of the client. `expired`: by the server itself. Both have a
 * closeSession; the server's own has cxid 0, since no request asked for it (so has one that an operator ends by JMX).
 * `open`: no end is known. `gone`: no end is known, but a later snapshot does not have it, so txns are missing; a
 * local session is in no snapshot either.
 */
export type SessionState = 'open' | 'closed' | 'expired' | 'gone';

/** The life of a session. */
export interface SessionLife {
  readonly id: bigint;
  /** Top byte of the id: the server that gave it out. */
  readonly server: number;
  /** Milliseconds; null where neither a createSession nor a table says it. */
  readonly timeout: number | null;
  readonly state: SessionState;
  /** Null where the session is older than what is known. */
  readonly createdZxid: bigint | null;
  readonly createdTime: bigint | null;
  /** Where the creation is not known: it was there at this zxid, or older than it. */
  readonly createdBefore: bigint | null;
  readonly endedZxid: bigint | null;
  readonly endedTime: bigint | null;
  /** Of one that is gone: the zxid of the first snapshot that does not have it. */
  readonly goneBy: bigint | null;
  /** Milliseconds from creation to end; null where one of them is not known. */
  readonly duration: bigint | null;
  /** Ephemerals that it owned at its end, or owns. */
  readonly ephemerals: number;
  /** Ephemerals that it created. */
  readonly ephemeralsCreated: number;
  /** Changes that were applied, of the four kinds below. */
  readonly writes: number;
  readonly creates: number;
  readonly deletes: number;
  readonly setData: number;
  readonly setACL: number;
  /** Data of creates and setData. */
  readonly bytes: number;
  /** Requests that failed; a multi is one. */
  readonly failed: number;
  /** The last request that was logged, but for the close; null without one. */
  readonly lastZxid: bigint | null;
  readonly lastTime: bigint | null;
  /** Records of createSession and closeSession. */
  readonly createdAt: Place | null;
  readonly endedAt: Place | null;
}

/** A record of a log. */
export interface Place {
  readonly file: string;
  readonly offset: number;
}
