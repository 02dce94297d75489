// A snapshot written anew as it stands: sessions, ephemerals, ACL table, order, raw strings and what is behind the tree.

import type { OutputFolder } from '../container/output-folder.js';
import { settingsOf } from '../datadir/server-settings.js';
import { InputError } from '../errors.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import type { AclEntry } from '../snapshot/acl-entry.js';
import type { WholeSnapshot } from '../snapshot/whole-snapshot.js';
import { TreeDigest } from '../tree/tree-digest.js';
import { digestOfRecord } from '../tree/znode-digest.js';
import type { Manifest } from './manifest.js';
import type { ConvertOptions } from './options.js';
import { SnapshotOutput } from './write-output.js';

/**
 * Writes a snapshot as `convert` does, with the same plain bytes.
 * @throws InputError where the snapshot is damaged, or the bytes would be others.
 */
export function verbatim(
  snapshot: WholeSnapshot,
  { target, codec }: Pick<ConvertOptions, 'target' | 'codec'>,
  folder: OutputFolder | null,
  myids: readonly string[],
): Omit<Manifest, 'tool'> {
  const { name, zxid, header, checksum } = snapshot;
  const sessions = [...snapshot.sessions()];
  const acls: AclEntry[] = Array.from(snapshot.acls(), ({ key, acl }) => ({ key, acl }));
  const output = new SnapshotOutput({ folder, myids, codec, zxid }, { header, sessions, acls });
  const digest = new TreeDigest();
  let dataBytes = 0;
  let znodes = 0;
  for (const znode of snapshot.znodes()) {
    const { buffer, pathStart, length, dataLength } = znode;
    output.znode(buffer.subarray(pathStart - 4, pathStart - 4 + length));
    digest.add(digestOfRecord(znode));
    dataBytes += Math.max(dataLength, 0);
    znodes++;
  }
  const trailer = snapshot.end();
  if (typeof trailer === 'string') throw new InputError(name, trailer);
  const files = output.end(trailer);
  if (checksum !== null && output.checksum !== checksum) {
    throw new InputError(name, 'is no longer what the file was, byte by byte; name the snapshot file');
  }
  const settings = settingsOf({ release: target.text }, { config: null });
  const notes: string[] = [];
  if (trailer.digest === null && trailer.lastProcessedZxid !== null && settings.readsDigestBlock) {
    notes.push(`${target.text} takes this snapshot only with digest.enabled=false: leave out --verbatim`);
  }
  return {
    release: target.text,
    zxid: formatZxid(zxid),
    zxidBecause: 'that of the source',
    time: null,
    znodes,
    dataBytes,
    sessions: sessions.length,
    treeDigest: formatHex(digest.value),
    digestInSnapshot: trailer.digest !== null,
    codec,
    servers: myids,
    files,
    sources: [
      {
        source: name,
        zxid: formatZxid(zxid),
        exactness: null,
        reason: null,
        map: '/=/',
        znodes,
        problems: 0,
      },
    ],
    changes: [],
    lost: null,
    requires: [],
    notes,
  };
}
