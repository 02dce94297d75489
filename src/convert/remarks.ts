// What a person must know of an output beside what is in it.
import { hasTrait } from '../datadir/release.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import { type Changes, shown } from './changes.js';
import type { Gatherer } from './gather.js';
import type { ConvertInput, ConvertOptions } from './options.js';

/** Room of a record beside its data, that of the longest path that is usual. */
const ROOM = 1024;

/** What servers must be set to, and what else is to be said, a sentence each. */
export interface Remarks {
  readonly requires: readonly string[];
  readonly notes: readonly string[];
}

export function remarks(
  inputs: readonly ConvertInput[],
  options: ConvertOptions,
  zxid: Zxid,
  gatherer: Gatherer,
  changes: Changes,
  sessions: readonly Session[],
): Remarks {
  const { target, acls } = options;
  const requires: string[] = [];
  const notes: string[] = [];
  if (gatherer.owners.ttlZnodes > 0 && hasTrait(target, 'hasExtendedTypes')) {
    const count = `${gatherer.owners.ttlZnodes} TTL znode${gatherer.owners.ttlZnodes === 1 ? '' : 's'}`;
    requires.push(`zookeeper.extendedTypesEnabled=true: else servers delete the ${count} when they start`);
    notes.push(
      'TTL znodes without children whose time has passed since their mtime are deleted soon after the start',
    );
  }
  if (gatherer.largest + ROOM > gatherer.limit) {
    const path = shown(gatherer.largestPath);
    requires.push(
      `-Djute.maxbuffer of ${gatherer.largest + ROOM} or more: ${path} has ${gatherer.largest} bytes`,
    );
  }
  if (!options.trailer && hasTrait(target, 'readsDigestBlock')) {
    notes.push('the snapshot has no digest, which servers with and without digest.enabled take');
  }
  for (const { tree } of inputs) {
    const { name, moment } = tree;
    if (moment?.exactness === 'unproven') notes.push(`${name}: this tree is unproven: ${moment.reason}`);
    if (moment?.behindHole !== undefined) notes.push(`${name}: ${moment.behindHole}`);
    if (tree.zxid !== null && zxid < tree.zxid) {
      notes.push(
        `clients that saw a zxid above ${formatZxid(zxid)} will not connect: ${name} had ${formatZxid(tree.zxid)}`,
      );
    }
    if (moment === undefined && tree.zxid !== null && gatherer.newestZxid > tree.zxid) {
      notes.push(
        `${name} was written while txns went on and may be no tree that ever was; name its directory`,
      );
    }
  }
  if (typeof acls !== 'string') {
    for (const rule of acls.unused) notes.push(`--acl-map: no ACL fits ${rule}`);
  }
  if (options.keepSessions && gatherer.owners.sessions.size > 0) {
    const known = new Set(sessions.map(({ id }) => id));
    const lost = [...gatherer.owners.sessions].filter((owner) => !known.has(owner)).length;
    if (lost > 0) {
      notes.push(
        `${lost} sessions that own ephemerals are not in the table: servers delete those when they start`,
      );
    }
  }
  if (!options.keepSessions && gatherer.owners.negativeOwners > 0) {
    notes.push(
      `${gatherer.owners.negativeOwners} of the ephemerals left out have a negative owner; if 3.5.3 wrote them they are TTL znodes: --emulate353`,
    );
  }
  if (changes.countOf('left-out', 'ephemeral') > 0 && !options.keepSessions) {
    notes.push('the counters of sequential znodes stay as they are, ephemerals that were left out included');
  }
  return { requires, notes };
}
