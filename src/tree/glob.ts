// Patterns over paths: `*` within a segment, `**` across segments.
import { UsageError } from '../errors.js';
import { type RawText, rawText } from '../jute/raw-text.js';

/** A path pattern, ready for use. It is plain data, so that a worker thread can be sent one. */
export interface PathPattern {
  /** As it was typed. */
  readonly text: string;
  readonly regex: RegExp;
  /** The path all matches are at or below: the segments before the first `*`. */
  readonly under: RawText;
  /** The one path that it matches; null with a `*`. */
  readonly only: RawText | null;
}

/**
 * Compiles a path pattern. `*` stands for any characters but `/`, `**` for any at all, and for none between two
 * slashes; everything else stands for itself. It is matched against the bytes of whole paths.
 * @throws UsageError for one that does not begin with `/`, or that no path can fit.
 * @example pathPattern('/kafka/**').regex.test('/kafka/topics/a/state')
 */
export function pathPattern(pattern: string): PathPattern {
  if (!pattern.startsWith('/')) {
    throw new UsageError(
      `the path pattern ${pattern} does not begin with /`,
      `paths are whole: /**/${pattern}`,
    );
  }
  if (pattern !== '/' && (pattern.endsWith('/') || pattern.includes('//'))) {
    const clean = pattern.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
    throw new UsageError(`no path can fit ${pattern}`, `type ${clean}`);
  }
  const raw = rawText(pattern);
  return {
    text: pattern,
    regex: new RegExp(`^${globSource(raw, '[^/]*')}$`, 's'),
    under: fixedPart(raw),
    only: raw.includes('*') ? null : raw,
  };
}

/**
 * What a path pattern matches, and all that is below it, as `pathPattern` compiles it. It is matched against whole paths,
 * the root's being "".
 * @throws UsageError as `pathPattern` does.
 */
export function subtreePattern(pattern: string): RegExp {
  const { only, regex } = pathPattern(pattern);
  return only === '/' ? /^/ : new RegExp(regex.source.replace(/\$$/, '(?:\\/.*)?$'), 's');
}

/** Compiles a pattern over other text, in which `*` stands for any characters. */
export function textPattern(pattern: string): RegExp {
  return new RegExp(`^${globSource(pattern, '.*')}$`, 'su');
}

function globSource(glob: string, star: string): string {
  return glob
    .split(/(\/\*\*\/|\*\*|\*)/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      if (part === '*') return star;
      return part === '**' ? '.*' : '\\/(?:.*\\/)?';
    })
    .join('');
}

function fixedPart(glob: RawText): RawText {
  const star = glob.indexOf('*');
  if (star < 0) return (glob === '/' ? '' : glob) as RawText;
  return glob.slice(0, glob.lastIndexOf('/', star)) as RawText;
}
