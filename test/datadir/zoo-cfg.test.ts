import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoriesOf, readZooCfg } from '../../src/datadir/zoo-cfg.js';
import { InputError } from '../../src/errors.js';
import { useTempDir } from '../support/fixtures.js';

const temp = useTempDir();

describe('a zoo.cfg', () => {
  it('is a properties file', () => {
    const file = temp.write(
      'zoo.cfg',
      '# comment\ntickTime=2000\n dataDir = /var/lib/zookeeper \nserver.1=a:2888:3888\nautopurge.purgeInterval:1\n',
    );
    expect(readZooCfg(file)).toMatchObject({
      tickTime: '2000',
      'server.1': 'a:2888:3888',
      'autopurge.purgeInterval': '1',
    });
    expect(directoriesOf(file, readZooCfg(file))).toEqual({ dataDir: '/var/lib/zookeeper', logDir: null });
  });

  it('names directories from where it lies', () => {
    const file = temp.write('zoo.cfg', 'dataDir=data\ndataLogDir=../log\n');
    expect(directoriesOf(file, readZooCfg(file))).toEqual({
      dataDir: join(temp.path, 'data'),
      logDir: join(temp.path, '../log'),
    });
  });

  it('is not any file', () => {
    expect(() => readZooCfg(temp.write('zoo.cfg', 'a\0b'))).toThrow(InputError);
    expect(() => readZooCfg(join(temp.path, 'nothing'))).toThrow(InputError);
    expect(() => readZooCfg(temp.path)).toThrow(InputError);
  });
});
