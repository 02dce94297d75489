// zoo.cfg, a Java properties file (QuorumPeerConfig).
import { dirname, resolve } from 'node:path';
import { parse } from 'dot-properties';
import { InputError } from '../errors.js';
import { smallText } from './small-text.js';

/** Keys and values of a zoo.cfg as they stand in it. */
export type ZooCfg = Readonly<Record<string, string>>;

const LARGEST = 1024 * 1024;

/** Reads a zoo.cfg. @throws InputError where it cannot be read or is no properties file. */
export function readZooCfg(file: string): ZooCfg {
  const text = smallText(file, LARGEST);
  if (text === null || text.includes('\0')) throw new InputError(file, 'is not a zoo.cfg');
  return parse(text) as ZooCfg;
}

/** The directories a zoo.cfg names, relative ones taken from the folder it lies in. */
export function directoriesOf(
  file: string,
  config: ZooCfg,
): { dataDir: string | null; logDir: string | null } {
  const at = (path: string | undefined) => (path === undefined ? null : resolve(dirname(file), path.trim()));
  return { dataDir: at(config.dataDir), logDir: at(config.dataLogDir) };
}
