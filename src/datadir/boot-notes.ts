// What is to be known although a server starts: of the files as they lie there, and of the snapshot that it takes.
import { formatZxid } from '../records/zxid.js';
import type { LogsRead } from './boot-logs.js';
import type { AddNote } from './boot-outcome.js';
import type { DataDir, DataFile } from './data-dir.js';
import { hasTrait } from './release.js';
import type { SeenFiles } from './seen-files.js';
import type { ServerSettings } from './server-settings.js';
import type { SnapshotFacts } from './snapshot-facts.js';

export const LEADER_ONLY =
  'a member deletes the ephemerals of dead sessions, and (but for 3.4.6 and later of 3.4) writes a snapshot, only when it begins to lead; a follower takes what its leader sends';

/** Notes on the release, on names and on zoo.cfg. */
export function noteFiles(
  dir: DataDir,
  { snapshots, logs }: SeenFiles,
  { release }: ServerSettings,
  note: AddNote,
): void {
  if (!release.isTested) note('release-untested', `${release.text} is not among the releases we start`);
  for (const { code, file, found } of dir.problems) {
    if (code === 'file-unreadable') note('not-read', `it is left out here: ${found}`, { file });
  }
  for (const list of [snapshots, logs]) {
    const twin = list.find((file, i) => file.zxid === list[i - 1]?.zxid);
    if (twin === undefined) continue;
    const text = `several files have the number ${formatZxid(twin.zxid)}; which one is read first is left to the file system`;
    note('same-number', text, { file: twin.path });
  }
  if (Number(dir.config?.['autopurge.purgeInterval'] ?? 0) > 0) {
    note('autopurge', 'autopurge is on: old snapshots and logs are deleted as the server starts');
  }
}

/** Notes on the snapshot that is taken, and on how far the logs behind it go. */
export function noteSnapshot(
  snapshot: DataFile,
  facts: SnapshotFacts,
  { zxid, txns }: LogsRead,
  { release, extendedTypes }: ServerSettings,
  note: AddNote,
): void {
  const { end, lackingAcls, firstLackingAcl, oddPath, ttls, containers } = facts;
  const at = (offset: number | null) => ({ file: snapshot.path, offset });
  if (end !== null && end.zxid > zxid) {
    const text = `the snapshot holds effects of txns up to ${formatZxid(end.zxid)}, and the logs end at ${formatZxid(zxid)}: the tree may be one that never was`;
    note('fuzzy-end', text, at(null));
  }
  if (
    end !== null &&
    end.zxid > snapshot.zxid &&
    txns > 0 &&
    !hasTrait(release, 'raisesOnlyLargerCversion')
  ) {
    const text = `the snapshot was written while txns ran; ${release.text} can end with another cversion or pzxid of a parent than the servers had`;
    note('fuzzy-replay', text, at(null));
  }
  if (lackingAcls > 0) {
    const text = `${lackingAcls} znodes have an ACL that the snapshot lacks; where the logs do not mend them clients get errors`;
    note('acl-lacking', text, at(firstLackingAcl));
  }
  if (oddPath !== null) note('znode-path', 'a path stands there that no server writes', at(oddPath));
  if (ttls > 0 && !extendedTypes && !hasTrait(release, 'knowsTtl353')) {
    const text = `${ttls} TTL znodes of the snapshot are deleted at the start, for ${whyNoTtl(release)}`;
    note('ttl-deleted', text, at(null));
  }
  if (containers > 0 && !hasTrait(release, 'knowsContainers')) {
    const text = `${containers} containers of the snapshot are deleted at the start, and what is below them cannot be reached any more`;
    note('containers-deleted', text, at(null));
  }
}

function whyNoTtl(release: ServerSettings['release']): string {
  return hasTrait(release, 'hasExtendedTypes')
    ? 'extendedTypesEnabled is not set'
    : `${release.text} does not know them`;
}
