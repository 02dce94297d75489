// The version of this program.
import { createRequire } from 'node:module';

/** As package.json has it. */
export function version(): string {
  const require = createRequire(import.meta.url);
  // Two folders up both in src and in dist.
  return (require('../../package.json') as { version: string }).version;
}
