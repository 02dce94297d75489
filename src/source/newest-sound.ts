// Which snapshot of a directory a server would start from: the newest that it can read to its end.
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { InputError } from '../errors.js';
import { readSnapshot } from '../snapshot/read-snapshot.js';
import { readOrReport } from './read-or-report.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/**
 * Reads snapshots from the newest on until one is sound. What is wrong with those passed over is reported, and a
 * note says what was taken instead.
 * @throws InputError where there is none.
 */
export function newestSound(dir: DataDir, log: SourceLog): DataFile {
  const passedOver: string[] = [];
  for (const file of [...dir.snapshots].reverse()) {
    if (file.content === 'snapshot' && isSound(file.path, log)) {
      if (passedOver.length > 0) {
        log.note(
          `${passedOver.join(', ')}: damaged, passed over as a server would; ${file.name} taken instead`,
        );
      }
      return file;
    }
    passedOver.push(file.name);
  }
  if (passedOver.length === 0) {
    const count = dir.logs.length;
    const logs =
      count > 0 ? `, only ${count === 1 ? '1 log' : `${count} logs`}; its txns can be read with "log"` : '';
    throw new InputError(dir.path, `no snapshot here${logs}`);
  }
  throw new InputError(
    dir.path,
    `none of its snapshots is sound (${passedOver.join(', ')}); name one as a file to see what is left of it`,
  );
}

function isSound(file: string, log: SourceLog): boolean {
  const slow = new SlowScan(log);
  const read = () => {
    const reader = readSnapshot(file, log.report);
    try {
      const label = `checking ${log.shown(file)}`;
      for (const { ordinal } of reader.znodes()) if ((ordinal & 0xfff) === 0) slow.tick(label, reader);
      return reader.isSound;
    } finally {
      reader.close();
    }
  };
  return readOrReport(file, log.report, read) ?? false;
}
