// The process: file descriptors in, an exit code out.
import { fdSink } from '../render/sink.js';
import { main } from './main.js';

// Not process.exit: it would cut off what a worker or stream still has to do.
process.exitCode = await main(process.argv.slice(2), {
  stdout: fdSink(1),
  stderr: fdSink(2),
  env: process.env,
});
