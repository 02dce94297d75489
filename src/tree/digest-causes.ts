// What can make a replayed tree differ from the digest a server recorded, though no server is at fault.
import { isValidUtf8, type RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { Txn } from '../txnlog/txn.js';
import type { LoadedBase } from './load-base.js';
import type { NotIdempotent } from './not-idempotent.js';

/** A possible explanation: a stable code, and a sentence for people. */
export interface DigestCause {
  readonly code:
    | 'missing-txns'
    | 'unreadable-txn'
    | 'fuzzy-base'
    | 'damaged-base'
    | 'unlisted-close'
    | 'v0-create'
    | 'charset'
    | 'unlogged-deletes'
    | 'changed-record';
  readonly text: string;
}

/** What is known where a digest differs first. */
export interface DigestScene {
  readonly txn: Txn;
  readonly base: LoadedBase;
  readonly lastMatched: Zxid | null;
  readonly steps: readonly { readonly after: Zxid; readonly next: Zxid }[];
  /** The first txn that could not be read. */
  readonly unreadable: Zxid | null;
  /** The first txn that may do harm when it is applied twice. */
  readonly notIdempotent: NotIdempotent | null;
}

/** The explanations that fit a scene, likeliest first. */
export function digestCauses(scene: DigestScene): DigestCause[] {
  const { txn, base, steps, unreadable } = scene;
  const { zxid } = txn.header;
  const from = scene.lastMatched ?? base.zxid;
  const causes: DigestCause[] = [];
  const add = (code: DigestCause['code'], text: string) => causes.push({ code, text });
  for (const step of steps) {
    if (step.next <= from || step.next > zxid) continue;
    const [a, b] = [formatZxid(step.after), formatZxid(step.next)];
    add('missing-txns', `Txns between ${a} and ${b} may be missing: no log here shows that there were none.`);
  }
  if (unreadable !== null && unreadable <= zxid) {
    add('unreadable-txn', `The txn ${formatZxid(unreadable)} could not be read and is not in the tree.`);
  }
  if (!base.isSound)
    add('damaged-base', `${base.name} is damaged: the tree that the replay began with is not whole.`);
  if (base.end.proof === null && scene.lastMatched === null) {
    add(
      'fuzzy-base',
      `${base.name} does not say where it ends; it may hold effects of txns after ${formatZxid(zxid)}.`,
    );
  }
  const { notIdempotent } = scene;
  if (notIdempotent !== null && notIdempotent.zxid > from && notIdempotent.zxid <= zxid) {
    const at = formatZxid(notIdempotent.zxid);
    add(
      notIdempotent.code,
      notIdempotent.code === 'unlisted-close'
        ? `The closeSession of ${at} lists no ephemerals: those that went before ${base.name} came to them leave their parents as they were.`
        : `The create of ${at} is of before 3.4 and does not tell its parent's cversion: if ${base.name} has it already, it counts twice.`,
    );
  }
  if (partsOf(txn.op).some((op) => 'path' in op && op.path !== null && !isPlain(op.path))) {
    add(
      'charset',
      'A path here is not ASCII: servers on Java below 18 with another charset than UTF-8 hash other bytes.',
    );
  }
  if (scene.lastMatched !== null || base.zxid > 0n) {
    add(
      'unlogged-deletes',
      'A server that starts deletes ephemerals of unknown sessions without a txn; without extendedTypesEnabled it takes TTL znodes for such.',
    );
  }
  add(
    'changed-record',
    `A record between ${formatZxid(from)} and ${formatZxid(zxid)} is not what the leader wrote, its checksum made to fit.`,
  );
  return causes;
}

function partsOf(op: Op): readonly Op[] {
  return op.op === 'multi' ? op.ops : [op];
}

function isPlain(path: RawText): boolean {
  return /^[\x20-\x7e]*$/.test(path) && isValidUtf8(path);
}
