// The most memory that this process has had resident.
import { readFileSync, writeFileSync } from 'node:fs';

/** In bytes, since the process began or `forgetPeak` was called. */
export function peakMemory(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Begins anew, after what is garbage has been collected; only Linux can. */
export function forgetPeak(): void {
  globalThis.gc?.();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {}
}
