// A tar archive (POSIX ustar), with headers that may lie.
import type { NamedBytes } from './make-directory.js';
import type { Random } from './random.js';

const BLOCK = 512;

/** An archive of files; some entries are links, or have names that lead outside. */
export function tarOf(files: readonly NamedBytes[], random: Random): Buffer {
  const parts: Buffer[] = [];
  for (const { name, bytes } of files) {
    const isOdd = random.chance(0.1);
    const shown = isOdd
      ? random.pick([`../${name}`, `/tmp/x/${name}`, `${'d/'.repeat(40)}log.1`, name])
      : name;
    const type = isOdd ? random.pick(['0', '1', '2', '5', 'L', 'x', 'g', 'S', '\0', 'Z']) : '0';
    const size =
      isOdd && random.chance(0.3) ? random.pick([0, 5, 2 ** 33 - 1, bytes.length * 2]) : bytes.length;
    parts.push(header(shown, type, size), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, Buffer.alloc(random.pick([2, 2, 2, 1, 0]) * BLOCK)]);
}

function header(name: string, type: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name.slice(-100), 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('linked', 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
