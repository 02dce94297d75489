import { describe, expect, it } from 'vitest';
import { identify } from '../../src/datadir/identify.js';
import { InputError } from '../../src/errors.js';
import { CODECS, SNAPPY_HEADER } from '../support/codecs.js';
import { realFiles, useTempDir } from '../support/fixtures.js';
import { logBytes } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
const contentOf = (bytes: Uint8Array) => identify(temp.write('file', bytes)).content;

describe('what a file is', () => {
  it.each(CODECS)('is told by its first bytes, %s', (codec) => {
    expect(identify(temp.write('file', snapshotBytes({ codec })))).toEqual({ codec, content: 'snapshot' });
    expect(identify(temp.write('file', logBytes({ codec })))).toEqual({ codec, content: 'log' });
  });

  it('is nothing of ours', () => {
    expect(contentOf(Buffer.alloc(0))).toBe('empty');
    expect(contentOf(Buffer.from('ZKS'))).toBe('unknown');
    expect(contentOf(Buffer.from('some text that is long enough'))).toBe('unknown');
    expect(contentOf(Buffer.alloc(8192))).toBe('unknown');
    expect(contentOf(Buffer.from([0x1f, 0x8b, 8, 0, 1]))).toBe('unknown');
    expect(contentOf(SNAPPY_HEADER.subarray(0, 12))).toBe('unknown');
  });

  it('is a file of before 3.0, which had no magic', () => {
    const log = Buffer.alloc(60);
    log.writeInt32BE(40, 0);
    log[44] = 0x42;
    expect(contentOf(log)).toBe('version-1');
  });

  it('cannot be told where there is no file', () => {
    expect(() => identify(`${temp.path}/nothing`)).toThrow(InputError);
    expect(() => identify(temp.path)).toThrow(InputError);
  });

  it('is right for every file of a server', () => {
    for (const kind of ['snapshot', 'log'] as const) {
      for (const { name, file } of realFiles(kind)) {
        expect([kind, 'empty', 'version-1'], name).toContain(identify(file).content);
      }
    }
  });
});
