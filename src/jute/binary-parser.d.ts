// binary-parser 2.3.0 ships types that its own `exports` hides under nodenext resolution.
declare module 'binary-parser' {
  export { Parser } from 'binary-parser/dist/binary_parser.js';
}
