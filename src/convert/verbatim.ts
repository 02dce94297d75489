// A snapshot written anew as it stands: sessions, ephemerals, ACL table, order, raw strings and what is behind the tree.

import type { OutputFolder } from '../container/output-folder.js';
import { settingsOf } from '../datadir/server-settings.js';
import { InputError } from '../errors.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import type { AclEntry } from '../snapshot/acl-entry.js';
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import {
  DIGEST_BLOCK_BYTES,
  LAST_ZXID_BLOCK_BYTES,
  SEAL_BYTES,
  type TrailerBlocks,
} from '../snapshot/seal.js';
import type { SnapshotFile } from '../source/snapshot-file.js';
import { TreeDigest } from '../tree/tree-digest.js';
import { digestOfRecord } from '../tree/znode-digest.js';
import type { Manifest } from './manifest.js';
import type { ConvertOptions } from './options.js';
import { SnapshotOutput } from './write-output.js';

/**
 * Writes a snapshot as `convert` does, with the same plain bytes.
 * @throws InputError where the snapshot is damaged.
 */
export function verbatim(
  { name, zxid }: SnapshotFile,
  reader: SnapshotReader,
  { target, codec }: Pick<ConvertOptions, 'target' | 'codec'>,
  folder: OutputFolder | null,
  myids: readonly string[],
): Omit<Manifest, 'tool'> {
  const { header } = reader;
  const sessions = [...reader.sessions()];
  const acls: AclEntry[] = Array.from(reader.acls(), ({ key, acl }) => ({ key, acl }));
  const output = new SnapshotOutput({ folder, myids, codec, zxid }, { header, sessions, acls });
  const digest = new TreeDigest();
  let dataBytes = 0;
  let znodes = 0;
  for (const znode of reader.znodes()) {
    const { buffer, pathStart, length, dataLength } = znode;
    output.znode(buffer.subarray(pathStart - 4, pathStart - 4 + length));
    digest.add(digestOfRecord(znode));
    dataBytes += Math.max(dataLength, 0);
    znodes++;
  }
  const { trailer, afterTree } = reader;
  if (trailer === null || !reader.isSound) {
    throw new InputError(name, 'is damaged, and what is left of it is not written anew');
  }
  if (afterTree!.length !== trailerBytes(trailer)) {
    throw new InputError(name, 'has bytes behind its end, which --verbatim does not write; leave it out');
  }
  const files = output.end(trailer);
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

function trailerBytes({ digest, lastProcessedZxid }: TrailerBlocks): number {
  const blocks = (digest === null ? 0 : DIGEST_BLOCK_BYTES + SEAL_BYTES) + SEAL_BYTES;
  return blocks + (lastProcessedZxid === null ? 0 : LAST_ZXID_BLOCK_BYTES + SEAL_BYTES);
}
