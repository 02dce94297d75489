// A tree as a script for zkCli: what is typed, and what cannot be. That a real zkCli makes the tree of it is tested by
// test/interop/zkcli.mjs.
import { describe, expect, it } from 'vitest';
import { zkCliScript } from '../../src/export/zkcli.js';
import { rawText } from '../../src/jute/raw-text.js';
import type { ACL } from '../../src/records/acl.js';
import { CONTAINER_OWNER } from '../../src/records/kind.js';
import type { Znode } from '../../src/snapshot/znode.js';

const OPEN = entry('world', 'anyone', 31);

function entry(scheme: string, id: string, perms: number): ACL {
  return { perms, id: { scheme: rawText(scheme), id: rawText(id) } };
}

function znode(
  path: string,
  data: string | Buffer | null,
  acl: readonly ACL[] | null = [OPEN],
  owner = 0n,
): Znode {
  const zero = {
    czxid: 1n,
    mzxid: 1n,
    pzxid: 1n,
    ctime: 0n,
    mtime: 0n,
    version: 0,
    cversion: 0,
    aversion: 0,
  };
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return {
    path: rawText(path),
    data: bytes,
    dataLength: bytes?.length ?? 0,
    acl,
    stat: { ...zero, ephemeralOwner: owner },
    numChildren: 0,
    evidence: { file: '', offset: 0, length: 0 },
  };
}

const script = (...znodes: Znode[]) =>
  [...zkCliScript(znodes)].map((one) => ('line' in one ? one.line : `(${one.path}: ${one.lacks})`));

describe('a script for zkCli', () => {
  it('quotes what has spaces or begins with a quote or a dash', () => {
    const lines = script(
      znode('', 'root data'),
      znode('/a', ''),
      znode('/b c', 'it"s'),
      znode('/d', '"x"'),
      znode('/e', '-rf /'),
      znode('/f', null),
      znode('/g', 'Grüße'),
    );
    expect(lines).toEqual([
      'set / "root data"',
      'create /a ""',
      'create "/b c" it"s',
      `create /d '"x"'`,
      'create -- /e "-rf /"',
      'create /f',
      'create /g Grüße',
    ]);
  });

  it('leaves out what nobody would see on the terminal', () => {
    const lines = script(znode('/a', 'zero\u200bwidth'), znode('/b\u202e', 'x'), znode('/c', 'a\u2028b'));
    expect(lines).toEqual([
      '(/a: its data cannot be typed)',
      expect.stringContaining('its path cannot be typed'),
      '(/c: its data cannot be typed)',
    ]);
  });

  it('gives an ACL at once, or when the children and null data are there', () => {
    const closed = [entry('digest', 'ann:x=', 31), entry('ip', '10.0.0.0/8', 1)];
    const lines = script(
      znode('', null, closed),
      znode('/a', 'x', closed),
      znode('/a/b', 'y', closed),
      znode('/a/b/c', 'z', closed),
      znode('/a-b', null, closed),
    );
    const acl = 'digest:ann:x=:cdrwa,ip:10.0.0.0/8:r';
    expect(lines).toEqual([
      'create /a x',
      'create /a/b y',
      `create /a/b/c z ${acl}`,
      'create /a-b',
      `setAcl /a-b ${acl}`,
      `setAcl /a/b ${acl}`,
      `setAcl /a ${acl}`,
      `setAcl / ${acl}`,
    ]);
  });

  it('keeps containers and ttls, and sets quotas, but none below another', () => {
    const ttl = BigInt.asIntN(64, 0xff00_0000_0000_0064n);
    const limits = (path: string, text: string) => znode(`/zookeeper/quota${path}/zookeeper_limits`, text);
    const lines = script(
      znode('', ''),
      znode('/c', 'x', [OPEN], CONTAINER_OWNER),
      znode('/t', 'x', [OPEN], ttl),
      znode('/zookeeper', ''),
      limits('/c/inner', 'count=-1,bytes=20'),
      limits('/c', 'count=5,bytes=1000=;byteHardLimit=-1;countHardLimit=7'),
    );
    expect(lines).toEqual([
      'set / ""',
      'create -c /c x',
      'create -t 100 /t x',
      '(/c/inner: its quota: zkCli sets none below another)',
      'setquota -n 5 /c',
      'setquota -b 1000 /c',
      'setquota -N 7 /c',
    ]);
  });

  it('leaves out and names what cannot be typed, with all below it', () => {
    const lines = script(
      znode('/lines', 'a\nb'),
      znode('/quotes', `"a' b`),
      znode('/bytes', Buffer.from([0xff])),
      znode('/history!', 'x'),
      znode('/comma', 'x', [entry('x509', 'CN=a,O=b', 31)]),
      znode('/none', 'x', null),
      znode('/empty', 'x', []),
      znode('/session', 'x', [OPEN], 5n),
      znode('/up', 'a\0b'),
      znode('/up/down', 'x'),
      znode('/upper', 'x'),
    );
    expect(lines).toEqual([
      '(/lines: its data cannot be typed)',
      '(/quotes: its data cannot be typed)',
      '(/bytes: its data cannot be typed)',
      '(/history!: its path cannot be typed)',
      '(/comma: its ACL cannot be typed)',
      '(/none: its ACL is missing)',
      '(/empty: its ACL cannot be typed)',
      '(/session: it is an ephemeral, which ends with the session of zkCli)',
      '(/up: its data cannot be typed)',
      '(/up/down: what is above it is left out)',
      'create /upper x',
    ]);
  });
});
