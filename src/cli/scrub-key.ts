// The key that a copy for sharing is made with.
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { outputError, writeFully } from '../container/file-output.js';
import { smallText } from '../datadir/small-text.js';
import { InputError, UsageError } from '../errors.js';
import { refuseInputs } from '../output-place.js';

const NEW_KEY_BYTES = 32;
const LEAST_CHARACTERS = 16;
const MOST_BYTES = 4096;

/** A key, and what is to be said of where it is. */
export interface ScrubKey {
  readonly key: Buffer;
  readonly said: string;
}

/**
 * The key in a file, which is made where it is not there; without a file one that nobody has afterwards.
 * @throws UsageError for a file that holds no key, or would be made among the inputs; InputError where it cannot be read
 * or made.
 */
export function scrubKey(file: string | undefined, isDryRun: boolean, inputs: readonly string[]): ScrubKey {
  if (file === undefined) {
    const said = 'made for this copy and not kept: another copy will have other names; --key-file keeps one';
    return { key: randomBytes(NEW_KEY_BYTES), said };
  }
  if (existsSync(file)) return { key: keyIn(file), said: `that of ${file}` };
  refuseInputs(file, inputs);
  const text = randomBytes(NEW_KEY_BYTES).toString('hex');
  if (!isDryRun) makeKeyFile(file, text);
  const said = isDryRun ? `${file} would be made` : `made and kept in ${file}: it is not to be shared`;
  return { key: Buffer.from(text), said };
}

function keyIn(file: string): Buffer {
  const key = smallText(file, MOST_BYTES)?.trim() ?? '';
  if (key.length >= LEAST_CHARACTERS) return Buffer.from(key);
  throw new UsageError(
    `${file}: holds no key, which is a text of ${LEAST_CHARACTERS} to ${MOST_BYTES} characters`,
    'name a file that is not there yet, and one is made',
  );
}

function makeKeyFile(file: string, text: string): void {
  try {
    const fd = openSync(file, 'wx', 0o600);
    try {
      writeFully(fd, file, Buffer.from(`${text}\n`));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : outputError(file, cause);
  }
}
