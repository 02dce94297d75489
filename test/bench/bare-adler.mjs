// The floor for checking a snapshot: read the file and sum Adler-32, nothing else.
import { closeSync, openSync, readSync } from 'node:fs';
import { adler32 } from '../../dist/container/adler32.js';

const fd = openSync(process.argv[2], 'r');
const chunk = Buffer.allocUnsafe(1024 * 1024);
let sum = 1;
for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) sum = adler32(chunk, 0, read, sum);
closeSync(fd);
console.log(sum.toString(16));
