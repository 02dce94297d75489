// The file of `check --write-proof`: JSON, so that it can be read by people and by other programs.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { rawTextOf } from '../jute/raw-text.js';
import { PathMap } from '../tree/path-map.js';
import { pathBase64, shownPath } from './paths.js';
import type { ProofOptions, TreeProof } from './tree-proof.js';

const FORMAT = 'zoolog-proof';
const VERSION = 1;

/** What a proof is of: fields of the tree in a json envelope. */
export type ProvenTree = Readonly<Record<string, unknown>>;

/** What is written: the original, and its copy where there was one. */
export interface ProofDocument {
  readonly options: Pick<ProofOptions, 'maxDepth' | 'emulate353'> & { readonly isKeyed: boolean };
  /** The mapping of the original; null for none. */
  readonly map: PathMap | null;
  readonly original: { readonly tree: ProvenTree; readonly proof: TreeProof };
  readonly copy: { readonly tree: ProvenTree; readonly proof: TreeProof } | null;
}

/** The text of the file. */
export function formatProof({ options, map, original, copy }: ProofDocument): string {
  const { maxDepth, emulate353, isKeyed } = options;
  const hash = isKeyed ? 'hmac-sha256' : 'sha256';
  const mappings =
    map?.mappings.map(({ from, to }) => ({ from: pathFields(from), to: pathFields(to) })) ?? null;
  const mapped = { map: map?.text ?? null, mappings };
  const head = { format: FORMAT, version: VERSION, hash, maxDepth, emulate353, ...mapped };
  const sides = { original: sideFields(original), copy: copy === null ? null : sideFields(copy) };
  return `${JSON.stringify({ ...head, ...sides }, null, 2)}\n`;
}

function sideFields({ tree, proof }: ProofDocument['original']) {
  const subtrees = proof.subtrees.map(({ path, hash, znodes, bytes }) => {
    return { ...pathFields(path), sha256: Buffer.from(hash, 'latin1').toString('hex'), znodes, bytes };
  });
  const counters = proof.counters.map(({ path, cversion }) => ({ ...pathFields(path), cversion }));
  return { ...tree, subtrees, counters };
}

function pathFields(path: RawText) {
  const base64 = pathBase64(path);
  return { path: shownPath(path), ...(base64 === undefined ? {} : { pathBase64: base64 }) };
}

/** True for a text that may be a proof. */
export function looksLikeProof(text: string): boolean {
  return /^\s*\{[^{]{0,40}"zoolog-proof"/.test(text);
}

/** Reads the text of a file. @throws UsageError where it is no proof, or one of another version. */
export function parseProof(text: string, file: string): ProofDocument {
  const refused = (why: string) =>
    new UsageError(`${file}: ${why}`, 'make it with zoolog check --write-proof');
  let json: Fields;
  try {
    json = fieldsOf(JSON.parse(text));
  } catch {
    throw refused('is no JSON, or was cut');
  }
  if (json.format !== FORMAT) throw refused('is no proof of zoolog');
  if (json.version !== VERSION) throw refused(`is a proof of version ${json.version}, and version 1 is read`);
  const { maxDepth, emulate353, hash } = json;
  const isKeyed = hash === 'hmac-sha256';
  const original = sideOf(json.original);
  if (typeof maxDepth !== 'number' || (!isKeyed && hash !== 'sha256') || original === null) {
    throw refused('lacks what a proof holds');
  }
  if (original.proof.subtrees.length === 0) throw refused('holds no subtree, so it proves nothing');
  const map = mapOf(json);
  if (map === undefined) throw refused('lacks its mappings');
  const options = { maxDepth, emulate353: emulate353 === true, isKeyed };
  return { options, map, original, copy: sideOf(json.copy) };
}

/** Null where nothing was mapped; undefined where it was and is not told how. */
function mapOf({ map = null, mappings }: Fields): PathMap | null | undefined {
  if (map === null) return null;
  if (!Array.isArray(mappings) || mappings.length === 0) return undefined;
  return new PathMap(
    mappings
      .map(fieldsOf)
      .map(({ from, to }) => ({ from: pathOf(fieldsOf(from)), to: pathOf(fieldsOf(to)) })),
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** What a file holds is looked at field by field. */
function fieldsOf(json: unknown): Fields {
  return typeof json === 'object' && json !== null ? (json as Fields) : {};
}

function sideOf(json: unknown): ProofDocument['original'] | null {
  const { subtrees, counters, ...tree } = fieldsOf(json);
  if (!Array.isArray(subtrees) || !Array.isArray(counters)) return null;
  const proof: TreeProof = {
    subtrees: subtrees.map(fieldsOf).map((one) => {
      const hash = Buffer.from(String(one.sha256), 'hex').toString('latin1');
      return { path: pathOf(one), hash, znodes: Number(one.znodes), bytes: Number(one.bytes) };
    }),
    counters: counters.map(fieldsOf).map((one) => ({ path: pathOf(one), cversion: Number(one.cversion) })),
  };
  const isWhole =
    proof.subtrees.every(({ hash, znodes, bytes }) => hash.length === 32 && znodes >= 0 && bytes >= 0) &&
    proof.counters.every(({ cversion }) => Number.isInteger(cversion));
  return isWhole ? { tree, proof } : null;
}

function pathOf({ pathBase64: base64, path }: Fields): RawText {
  if (typeof base64 === 'string') return rawTextOf(Buffer.from(base64, 'base64'));
  const text = String(path);
  return text === '/' ? ('' as RawText) : rawTextOf(Buffer.from(text, 'utf8'));
}
