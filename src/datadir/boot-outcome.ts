// What comes of starting a server on a directory, as values.
import type { ProblemCode } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { DataFile } from './data-dir.js';
import type { IgnoredFile } from './seen-files.js';
import type { ServerMode, ServerSettings } from './server-settings.js';

/** Why a server does not start. The codes are stable. */
export type StopCode =
  | 'myid-missing'
  | 'myid-unreadable'
  | 'myid-unlisted'
  | 'directories-swapped'
  | 'snapshot-none'
  | 'snapshot-none-valid'
  | 'snapshot-fatal'
  | 'log-header'
  | 'log-magic'
  | 'log-length'
  | 'log-null'
  | 'log-checksum'
  | 'log-op'
  | 'log-gap'
  | 'close-session-length'
  | 'acl-lacking'
  | 'epoch-unreadable'
  | 'epoch-old'
  | 'epoch-accepted';

/** The place at which a server stops, and its reason. */
export interface BootStop {
  readonly code: StopCode;
  /** The message in the server's own log: what stays the same whatever the paths. */
  readonly error: string;
  /** Null where no one file is at fault. */
  readonly file: string | null;
  /** Byte offset in the file; null where it has none to name. */
  readonly offset: number | null;
  readonly expected: string;
  readonly found: string;
  /** In plain words. */
  readonly why: string;
  /** What to do next, the safe thing first. */
  readonly todo: string;
}

/** A snapshot that is not taken although its name is seen. */
export interface PassedOver {
  readonly file: string;
  /** What is wrong with it. */
  readonly code: ProblemCode;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  /** False where its last bytes alone rule it out, so that it is not opened at all. */
  readonly isRead: boolean;
}

/** Something to know although the server starts. The codes are stable. */
export type NoteCode =
  | 'release-untested'
  | 'mode-guessed'
  | 'myid-not-here'
  | 'same-number'
  | 'fuzzy-replay'
  | 'fuzzy-end'
  | 'znode-path'
  | 'acl-lacking'
  | 'gap'
  | 'gap-after-snapshot'
  | 'zxid-backward'
  | 'log-cut-short'
  | 'log-bytes-behind'
  | 'multi-part-unread'
  | 'logs-dropped'
  | 'ttl-deleted'
  | 'containers-deleted'
  | 'epoch-adopted'
  | 'leader-only'
  | 'autopurge'
  | 'not-read';

export interface BootNote {
  readonly code: NoteCode;
  readonly text: string;
  readonly file: string | null;
  readonly offset: number | null;
}

/** A file that a server writes or deletes as it starts, before it serves anybody. */
export interface BootChange {
  readonly file: string;
  /** `rewrite`: the file is there, and is truncated and written anew. */
  readonly change: 'write' | 'rewrite' | 'delete';
  readonly why: string;
}

/** A log that is opened. */
export interface ReadLog {
  readonly file: string;
  /** Txns of it that are applied. */
  readonly txns: number;
}

interface BootCommon {
  readonly settings: ServerSettings;
  readonly mode: ServerMode;
  /** Snapshots that were candidates before the one that is taken, newest first. */
  readonly passedOver: readonly PassedOver[];
  readonly ignored: readonly IgnoredFile[];
  /** In the order in which they are read. */
  readonly logs: readonly ReadLog[];
  readonly changes: readonly BootChange[];
  readonly notes: readonly BootNote[];
}

/** A server that starts. */
export interface Booted extends BootCommon {
  readonly boots: true;
  /** What it begins with; null for an empty tree. */
  readonly snapshot: DataFile | null;
  /** The zxid it ends at; -1 where it has no data and may not begin with none. */
  readonly zxid: Zxid;
  /** Txns it replays. */
  readonly txns: number;
}

/** A server that does not. */
export interface Stopped extends BootCommon, BootStop {
  readonly boots: false;
}

/** What comes of starting a server. */
export type Boot = Booted | Stopped;

export type AddNote = (
  code: NoteCode,
  text: string,
  place?: { readonly file: string; readonly offset?: number | null },
) => void;
