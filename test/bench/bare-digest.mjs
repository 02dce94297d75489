// The digest's CRC-32 pass over a snapshot: read it, and sum up the digests of its znodes.
import { surveySnapshot } from '../../dist/tree/snapshot-survey.js';

console.log(surveySnapshot(process.argv[2], 0n).treeDigest);
