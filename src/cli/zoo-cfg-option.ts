// The zoo.cfg that an option names.
import { existsSync } from 'node:fs';
import { readZooCfg, type ZooCfg } from '../datadir/zoo-cfg.js';
import { UsageError } from '../errors.js';

/** Reads the file of `--config`. @throws UsageError where there is none, InputError where it is no zoo.cfg. */
export function zooCfgOption(file: string): ZooCfg {
  if (!existsSync(file)) throw new UsageError(`--config: ${file}: no such file`, 'name a zoo.cfg');
  return readZooCfg(file);
}
