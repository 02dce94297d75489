// Damaged and odd directories, made from fixtures and from builders.
import { epochCases } from './boot-cases-epochs.js';
import { logCases } from './boot-cases-logs.js';
import { snapshotCases } from './boot-cases-snapshots.js';

export const cases = [...snapshotCases, ...logCases, ...epochCases];
