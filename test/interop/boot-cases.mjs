// Damaged and odd directories, made from fixtures and from builders.
import { epochCases } from './boot-cases-epochs.mjs';
import { logCases } from './boot-cases-logs.mjs';
import { snapshotCases } from './boot-cases-snapshots.mjs';

export const cases = [...snapshotCases, ...logCases, ...epochCases];
