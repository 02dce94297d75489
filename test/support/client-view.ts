// A znode as ZooKeeper's own client reads it.
import { decodedText } from '../../src/jute/raw-text.js';
import { kindOf } from '../../src/records/kind.js';
import { formatHex } from '../../src/records/zxid.js';
import type { Znode } from '../../src/snapshot/znode.js';

/** A znode, with data and numChildren, as a line of client.ndjson. */
export function clientView(znode: Znode) {
  const { data, dataLength, stat, numChildren, acl } = znode;
  const kind = kindOf(stat.ephemeralOwner).kind;
  return {
    path: decodedText(znode.path) || '/',
    dataBase64: data === null ? null : data!.toString('base64'),
    czxid: formatHex(stat.czxid),
    mzxid: formatHex(stat.mzxid),
    pzxid: formatHex(stat.pzxid),
    ephemeralOwner: kind === 'ephemeral' ? formatHex(stat.ephemeralOwner) : '0x0',
    ctime: Number(stat.ctime),
    mtime: Number(stat.mtime),
    version: stat.version,
    cversion: 2 * stat.cversion - numChildren!,
    aversion: stat.aversion,
    dataLength,
    numChildren,
    acl: acl!.map(({ perms, id: { scheme, id } }) => ({
      perms,
      scheme: decodedText(scheme!),
      id: decodedText(id!),
    })),
  };
}
