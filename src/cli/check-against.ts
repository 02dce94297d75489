// check --against and --write-proof: is the copy of a tree whole?
import { lowCounters, pairSubtrees, type SubtreePair } from '../analysis/compare-proofs.js';
import { DiffCounts, differences, ZOOKEEPER } from '../analysis/diff.js';
import { diffRow } from '../analysis/diff-row.js';
import { diffRules } from '../analysis/diff-rules.js';
import { mappedZnodes } from '../analysis/mapped-znodes.js';
import { depthOf, isAtOrBelow, ROOT } from '../analysis/paths.js';
import type { ProofDocument } from '../analysis/proof-file.js';
import { type ProofOptions, type TreeProof, TreeProver } from '../analysis/tree-proof.js';
import { UsageError } from '../errors.js';
import { type OutputFile, outputFile } from '../export/output-file.js';
import type { RawText } from '../jute/raw-text.js';
import { kindOf } from '../records/kind.js';
import { formatZxid } from '../records/zxid.js';
import type { ZnodeSource } from '../source/sources.js';
import { PathMap } from '../tree/path-map.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { askTree, askTrees } from './open-source.js';
import { documented, keyOf, proofIn, writeProof } from './proof-files.js';
import {
  type AgainstRow,
  againstColumns,
  againstRow,
  counterFinding,
  subtreeColumns,
  subtreeFinding,
  subtreeRow,
} from './rows/against-columns.js';
import { type OutputArgs, Run, treeFields } from './run.js';

/** Values of the options. */
export interface AgainstArgs extends OutputArgs {
  readonly source: string;
  readonly against?: string | undefined;
  readonly map?: PathMap | undefined;
  readonly writeProof?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly maxDepth?: number | undefined;
  readonly emulate353: boolean;
  readonly force: boolean;
}

const MODE = 'data, ACLs, kinds and sequence numbers; ephemerals and /zookeeper apart';

/** Compares, or only writes a proof, and returns the exit code. */
export async function checkAgainst(args: AgainstArgs, context: Context): Promise<number> {
  const { source, against, writeProof, force, logDir } = args;
  if (writeProof === undefined) return compare(args, null, context);
  const { placesRead } = await import('../source/open.js');
  const inputs = [source, ...(against === undefined ? [] : [against])].flatMap((one) =>
    placesRead(one, { logDir }),
  );
  // Before anything is read: it may not be possible.
  const file = outputFile(writeProof, { force, inputs });
  try {
    return await compare(args, file, context);
  } finally {
    file.discard();
  }
}

async function compare(args: AgainstArgs, file: OutputFile | null, context: Context): Promise<number> {
  const { against } = args;
  const options = { maxDepth: args.maxDepth ?? 1, key: keyOf(args.keyFile), emulate353: args.emulate353 };
  const map = args.map ?? new PathMap();
  if (against === undefined) {
    return askTree(args, context, (tree, run) => {
      const prover = new TreeProver(options);
      prove(tree, map, null, prover, options);
      const original = { tree: treeFields(tree), proof: prover.proof() };
      if (!tree.isComplete) return EXIT.unreadable;
      refuseEmpty(original.proof, tree);
      writeProof(file!, args.writeProof!, run, {
        options: documented(options),
        map: map.isIdentity ? null : map,
        original,
        copy: null,
      });
      const areShort = notNewest([tree], run);
      return doubtful([tree], run) || areShort ? EXIT.unreadable : EXIT.ok;
    });
  }
  const proof = proofIn(against);
  if (proof !== null && file !== null) {
    throw new UsageError(
      '--write-proof goes with two trees, or with one',
      'leave out --against, or name the copy',
    );
  }
  if (proof !== null) return checkProof(args, proof, map, options, context);
  const run = new Run(args, context);
  const mapped = map.isIdentity ? '' : `, mapped by ${map.text}`;
  const first = `${against} checked as a copy of ${args.source}${mapped}: ${MODE}`;
  return askTrees([args.source, against], first, run, (a, b) => {
    const [original, copy] = [new TreeProver(options), new TreeProver(options)];
    const counts = new DiffCounts();
    const rules = diffRules({ mode: 'migrated', emulate353: args.emulate353 });
    const wish = { rules, map, under: ROOT };
    const onPair = (left: Mapped | null, right: Mapped | null) => {
      if (left !== null) original.add(withData(left, a));
      if (right !== null) copy.add(withData(right, b));
    };
    const rows: AgainstRow[] = [];
    for (const difference of differences(a, b, { ...wish, onPair }, counts)) {
      const row = againstRow(diffRow(difference, { emulate353: args.emulate353 }));
      if (row !== null) rows.push(row);
    }
    const proofs = [original.proof(), copy.proof()] as const;
    if (a.isComplete) refuseEmpty(proofs[0], a);
    const subtrees = pairSubtrees(...proofs);
    show(rows, subtrees, { original: treeFields(a), copy: treeFields(b) }, args, run);
    const { ephemeralsOfA, ephemeralsOfB, zookeeper } = counts;
    run.note(
      `${verdict(rows)}: ${counts.equal} equal, ${counts.removed} missing, ${counts.added} extra, ${counts.changed} changed; ` +
        `apart: ephemerals ${ephemeralsOfA} and ${ephemeralsOfB} in the copy, ${zookeeper} in /zookeeper`,
    );
    if (!a.isComplete || !b.isComplete) return EXIT.unreadable;
    if (file !== null) {
      writeProof(file, args.writeProof!, run, {
        options: documented(options),
        map: map.isIdentity ? null : map,
        original: { tree: treeFields(a), proof: proofs[0] },
        copy: { tree: treeFields(b), proof: proofs[1] },
      });
    }
    return outcome(rows, [a, b], run);
  });
}

type Mapped = { readonly path: RawText; readonly znode: Parameters<TreeProver['add']>[0]['znode'] };

/** SOURCE as a copy of what a file proves. */
async function checkProof(
  args: AgainstArgs,
  { options: made, original, map: mapOfOriginal }: ProofDocument,
  map: PathMap,
  { key }: ProofOptions,
  context: Context,
): Promise<number> {
  if (made.isKeyed !== (key !== null)) {
    const what = made.isKeyed ? 'was made with a key' : 'was made without a key';
    throw new UsageError(
      `${args.against}: ${what}`,
      made.isKeyed ? 'add --key-file' : 'leave out --key-file',
    );
  }
  if (args.maxDepth !== undefined) {
    const levels = `${made.maxDepth} level${made.maxDepth === 1 ? '' : 's'}`;
    throw new UsageError(
      `--max-depth: ${args.against} was made with ${levels}, and has no other hashes`,
      'leave it out, or make the proof anew',
    );
  }
  return askTree(args, context, (tree, run) => {
    const mapped = mapOfOriginal === null ? '' : `, mapped by ${mapOfOriginal.text}`;
    run.note(`checked as a copy of ${original.tree.source}, by ${args.against}${mapped}: ${MODE}`);
    const [first] = original.proof.subtrees;
    const prover = new TreeProver({ ...made, key }, depthOf(first!.path));
    prove(tree, map, mapOfOriginal, prover, made);
    const copy = prover.proof();
    const subtrees = pairSubtrees(original.proof, copy);
    const rows = [
      ...subtrees.flatMap((pair) => subtreeFinding(pair) ?? []),
      ...lowCounters(original.proof, copy).map(counterFinding),
    ];
    show(rows, subtrees, { original: original.tree, copy: treeFields(tree) }, args, run);
    run.note(
      `${verdict(rows)}: ${subtrees.filter((pair) => pair.verdict === 'equal').length} of ${subtrees.length} subtrees equal`,
    );
    if (original.tree.exactness === 'unproven') {
      run.error(`the tree that ${args.against} was made of was unproven itself: ${original.tree.reason}`);
      if (rows.length === 0) return EXIT.unreadable;
    }
    if (typeof original.tree.behindHole === 'string') {
      run.error(`the tree that ${args.against} was made of was not the newest: ${original.tree.behindHole}`);
      if (rows.length === 0) return EXIT.unreadable;
    }
    return outcome(rows, [tree], run);
  });
}

/**
 * Hands a prover a tree by itself, as `map` has it, without ephemerals and /zookeeper. Of a copy it takes what a mapped
 * original, by its `mapOfOriginal`, could have a counterpart of.
 */
function prove(
  tree: ZnodeSource,
  map: PathMap,
  mapOfOriginal: PathMap | null,
  prover: TreeProver,
  { emulate353 }: Pick<ProofOptions, 'emulate353'>,
): void {
  for (const mapped of mappedZnodes(tree, map, { under: ROOT, data: true })) {
    if (isAtOrBelow(mapped.path, ZOOKEEPER)) continue;
    if (mapOfOriginal !== null && mapOfOriginal.sources(mapped.path).length === 0) continue;
    const { ephemeralOwner } = mapped.znode.stat;
    if (kindOf(ephemeralOwner, emulate353).kind !== 'ephemeral') prover.add(withData(mapped, tree));
  }
}

/** @throws UsageError for a znode whose data is not known. */
function withData(mapped: Mapped, { name }: ZnodeSource): Mapped {
  if (mapped.znode.data !== undefined) return mapped;
  throw new UsageError(
    `${name}: the index was made without data, so nothing can be proven of it`,
    'name the files',
  );
}

/** @throws UsageError where there is nothing that a copy could lack. */
function refuseEmpty({ subtrees }: TreeProof, { name }: ZnodeSource): void {
  if (subtrees.length > 0) return;
  const what = `${name}: nothing of it can be proven, for all that is mapped are ephemerals`;
  throw new UsageError(what, 'look with: zoolog ls -l');
}

function show(
  rows: readonly AgainstRow[],
  pairs: readonly SubtreePair[],
  sides: Readonly<Record<'original' | 'copy', unknown>>,
  args: OutputArgs,
  run: Run,
): void {
  const subtrees = pairs.map(subtreeRow);
  if (args.format !== 'table') {
    const head = { ...sides, verdict: verdict(rows), subtrees };
    run.printWithEnvelope({ columns: againstColumns, rows }, args, head, () => true);
    return;
  }
  run.print({ columns: subtreeColumns, rows: subtrees }, { ...args, limit: 0 });
  if (rows.length === 0) return;
  run.context.stdout.write('\n');
  run.print({ columns: againstColumns, rows }, args);
}

function verdict(rows: readonly AgainstRow[]): 'equal' | 'different' {
  return rows.length === 0 ? 'equal' : 'different';
}

function outcome(rows: readonly AgainstRow[], trees: readonly ZnodeSource[], run: Run): number {
  const areShort = notNewest(trees, run);
  if (rows.length > 0) return EXIT.no;
  return doubtful(trees, run) || areShort ? EXIT.unreadable : EXIT.ok;
}

/** True, and said, where a tree is not known to be what servers had. */
function doubtful(trees: readonly ZnodeSource[], run: Run): boolean {
  const doubts = trees.filter(({ moment }) => moment?.exactness === 'unproven');
  for (const { name, moment } of doubts)
    run.error(`nothing is proven by it: ${name} is unproven: ${moment!.reason}`);
  return doubts.length > 0;
}

/** True, and said, where a tree was taken for the newest and the logs have more. */
function notNewest(trees: readonly ZnodeSource[], run: Run): boolean {
  let areShort = false;
  for (const { name, moment } of trees) {
    if (moment?.behindHole === undefined) continue;
    areShort = true;
    run.error(
      `${name}: ${moment.behindHole}; if this tree is meant, type it with @${formatZxid(moment.zxid)}`,
    );
  }
  return areShort;
}
