// doctor: what a server of a release makes of a directory, as a row.
import type { Boot, BootChange, BootNote, PassedOver } from '../datadir/boot-outcome.js';
import type { ServerMode } from '../datadir/server-settings.js';
import type { Zxid } from '../records/zxid.js';
import type { BootCounts } from './owner-counts.js';
import { shownPath } from './paths.js';

/** A znode that a replay leaves otherwise than it was. */
export interface DifferingZnode {
  readonly path: string;
  readonly what: string;
}

/** A start in output. Which fields are null tells `starts`. */
export interface BootRow {
  readonly server: string;
  readonly release: string;
  readonly mode: ServerMode;
  readonly starts: boolean;
  /** Name of the snapshot that it begins with; null where it begins with an empty tree or does not start. */
  readonly snapshot: string | null;
  /** The zxid it ends at. */
  readonly zxid: Zxid | null;
  /** Txns it replays. */
  readonly txns: number | null;
  /** Znodes a client can read afterwards; null where that was not looked at. */
  readonly znodes: number | null;
  /** Znodes it deletes without a txn, by kind; those of none are left out. */
  readonly deletes: Readonly<Record<string, number>> | null;
  /**
   * Znodes that its replay leaves otherwise than they were: how many, and the first of them; null where there is none
   * or that was not looked at.
   */
  readonly differs: { readonly znodes: number; readonly examples: readonly DifferingZnode[] } | null;
  /** Why it stops: a code of docs/findings.md. */
  readonly code: string | null;
  /** The server's own message. */
  readonly error: string | null;
  readonly file: string | null;
  readonly offset: number | null;
  readonly expected: string | null;
  readonly found: string | null;
  readonly why: string | null;
  readonly remedy: string | null;
  readonly passedOver: readonly PassedOver[];
  readonly ignored: readonly { readonly file: string; readonly why: string }[];
  readonly changes: readonly BootChange[];
  readonly notes: readonly BootNote[];
}

/** Makes the row. `tree` is null where it was not looked at, `shown` says what a file is called. */
export function bootRow(
  server: string,
  boot: Boot,
  tree: BootCounts | null,
  shown: (file: string) => string,
): BootRow {
  const { settings, mode, passedOver, ignored, changes, notes } = boot;
  const named = <T extends { readonly file: string }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, file: shown(one.file) }));
  const common = {
    server,
    release: settings.release.text,
    mode,
    passedOver: named(passedOver),
    ignored: named(ignored),
    changes: named(changes),
    notes: notes.map((note) => ({ ...note, file: note.file === null ? null : shown(note.file) })),
  };
  if (!boot.boots) {
    const { code, error, file, offset, expected, found, why, todo } = boot;
    return {
      ...common,
      ...{
        starts: false,
        snapshot: null,
        zxid: null,
        txns: null,
        znodes: null,
        deletes: null,
        differs: null,
      },
      ...{
        code,
        error,
        file: file === null ? null : shown(file),
        offset,
        expected,
        found,
        why,
        remedy: todo,
      },
    };
  }
  const deleted = tree === null ? null : Object.entries(tree.deleted).filter(([, count]) => count > 0);
  return {
    ...common,
    starts: true,
    snapshot: boot.snapshot?.name ?? null,
    zxid: boot.zxid,
    txns: boot.txns,
    znodes: tree === null ? null : tree.znodes - tree.unreachable,
    deletes: deleted === null ? null : Object.fromEntries(deleted),
    differs: differencesOf(tree),
    ...{
      code: null,
      error: null,
      file: null,
      offset: null,
      expected: null,
      found: null,
      why: null,
      remedy: null,
    },
  };
}

function differencesOf(tree: BootCounts | null): BootRow['differs'] {
  const differs = tree?.differs ?? null;
  if (differs === null || differs.znodes === 0) return null;
  const { znodes, examples } = differs;
  return { znodes, examples: examples.map(({ path, what }) => ({ path: shownPath(path), what })) };
}
