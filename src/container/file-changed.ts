// A file that changes while it is read: under a running server, or while it is being copied.
import { statSync } from 'node:fs';
import { type Problem, problem } from '../problems.js';
import type { PlainStream } from './plain-stream.js';

/** The problem of a file that is not what it was when the stream was opened; null where it is. */
export function fileChanged(stream: PlainStream): Problem | null {
  if (!stream.hasChanged()) return null;
  const { file, fileSize } = stream;
  const now = statSync(file, { throwIfNoEntry: false })?.size;
  const found = now === undefined ? 'that it is gone' : `${now} bytes, or another time, after reading`;
  return problem('file-changed', { file, offset: 0, expected: `${fileSize} unchanging bytes`, found });
}
