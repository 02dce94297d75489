import { describe, expect, test } from 'vitest';
import { isSessionTo } from '../../src/datadir/owner.js';
import { type ServerSpec, settingsOf } from '../../src/datadir/server-settings.js';
import type { ZooCfg } from '../../src/datadir/zoo-cfg.js';

const settings = (spec: ServerSpec, config: ZooCfg | null = null) => settingsOf(spec, { config });

describe('the longest length that is read', () => {
  // BinaryInputArchive of the tags: jute.maxbuffer is 0xfffff where nothing is set.
  test.each([
    ['3.4.5', {}, 1048575],
    ['3.4.14', {}, 1048575 + 1024],
    ['3.5.6', {}, 1048575 + 1024],
    ['3.5.7', {}, 2097150],
    ['3.9', {}, 2097150],
    ['3.9', { maxBuffer: 4000 }, 8000],
    ['3.9', { maxBuffer: 100 }, 100 + 1024],
    ['3.9', { maxBuffer: 4000, extraBuffer: 10 }, 4000 + 1024],
    ['3.9', { maxBuffer: 4000, extraBuffer: 5000 }, 9000],
    ['3.4', { maxBuffer: 4000, extraBuffer: 5000 }, 4000 + 1024],
    ['3.9', { maxBuffer: 2 ** 31 - 1 }, 2 ** 31 - 1],
    ['3.8.4', { maxBuffer: 2 ** 31 - 1 }, -2],
    ['3.4', { maxBuffer: 2 ** 31 - 1 }, -(2 ** 31) + 1023],
  ])('of %s with %o is %i', (release, spec, limit) => {
    expect(settings({ release, ...spec }).limit).toBe(limit);
  });
});

describe('settings', () => {
  test('are the defaults of the release', () => {
    expect(settings({ release: '3.9' })).toMatchObject({
      extendedTypes: false,
      readsDigestBlock: true,
      readsLastZxidBlock: true,
      readsCloseSessionLists: true,
      trustEmpty: false,
      dbAutocreate: true,
      extension: '',
    });
    expect(settings({ release: '3.8' }).readsLastZxidBlock).toBe(false);
  });

  test('that the release does not know count for nothing', () => {
    const all = { extendedTypes: true, trustEmpty: true, digestEnabled: true, compression: 'gz' };
    expect(settings({ release: '3.4', ...all })).toMatchObject({
      extendedTypes: false,
      trustEmpty: false,
      readsDigestBlock: false,
      extension: '',
    });
  });

  test('come from zoo.cfg where they are not given', () => {
    const config = {
      extendedTypesEnabled: 'TRUE',
      'digest.enabled': 'false',
      'closeSessionTxn.enabled': 'no',
      'snapshot.trust.empty': 'yes',
      'snapshot.compression.method': 'Snappy',
    };
    expect(settings({ release: '3.9' }, config)).toMatchObject({
      extendedTypes: true,
      readsDigestBlock: false,
      readsCloseSessionLists: false,
      // Boolean.getBoolean takes nothing but "true" for true.
      trustEmpty: false,
      extension: '.snappy',
    });
    expect(settings({ release: '3.9', extendedTypes: false }, config).extendedTypes).toBe(false);
  });
});

describe('an owner is a session', () => {
  const CONTAINER = -(2n ** 63n);
  const TTL = BigInt.asIntN(64, 0xff00_0000_0000_1388n);
  const TTL_353 = CONTAINER + 5000n;
  const MEMBER_200 = BigInt.asIntN(64, 0xc800_0000_0000_0001n);
  const extended = { extendedTypes: true };
  test.each<[string, bigint, ServerSpec, boolean]>([
    ['never 0', 0n, { release: '3.4' }, false],
    ['an ordinary one', 0x1000n, { release: '3.9', ...extended }, true],
    ['a container to 3.4', CONTAINER, { release: '3.4' }, true],
    ['a container to 3.5.0', CONTAINER, { release: '3.5.0' }, true],
    ['a container to no later one', CONTAINER, { release: '3.5.1' }, false],
    ['a TTL to 3.4', TTL, { release: '3.4' }, true],
    ['a TTL without extended types', TTL, { release: '3.9' }, true],
    ['a TTL with extended types', TTL, { release: '3.9', ...extended }, false],
    ['anything negative but to 3.5.3', MEMBER_200, { release: '3.5.3' }, false],
    ['of server 200', MEMBER_200, { release: '3.9', ...extended }, true],
    ['a TTL of 3.5.3', TTL_353, { release: '3.9', ...extended }, true],
    ['a TTL of 3.5.3 emulated', TTL_353, { release: '3.9', ...extended, emulate353: true }, false],
    ['of server 200 emulated', MEMBER_200, { release: '3.9', ...extended, emulate353: true }, false],
    ['emulated without extended types', TTL_353, { release: '3.9', emulate353: true }, true],
  ])('%s', (_, owner, spec, isSession) => {
    expect(isSessionTo(owner, settings(spec))).toBe(isSession);
  });
});
