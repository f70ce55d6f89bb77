/** Segmentation by a unigram language model (arXiv 1804.10959), ties broken as in the Rust library. */
import { at } from "../../../math/at.ts";

/** A token with its log probability. */
type Piece = readonly [text: string, score: number];

/** How much less than the least probable token an unknown character scores, in the Rust library. */
const UNKNOWN_PENALTY = 10;

/** The best way to an end of a word so far. */
interface Path {
  readonly score: number;
  readonly start: number;
  readonly known: boolean;
}

/** Returns a function that cuts a word into the tokens of the most probable path; unknown characters in a row are one token. */
export function unigramBy(pieces: readonly Piece[]): (word: string) => string[] {
  const scores = new Map(pieces);
  const longest = pieces.reduce((most, [text]) => Math.max(most, text.length), 0);
  const least = pieces.reduce((score, [, one]) => Math.min(score, one), Infinity);
  return (word) => tokensOf(word, pathsOf(word, { scores, longest, unknown: least - UNKNOWN_PENALTY }));
}

interface Model {
  readonly scores: ReadonlyMap<string, number>;
  /** UTF-16 units. */
  readonly longest: number;
  readonly unknown: number;
}

function pathsOf(word: string, { scores, longest, unknown }: Model): (Path | undefined)[] {
  const paths: (Path | undefined)[] = [{ score: 0, start: 0, known: true }];
  // The first of equal paths stays.
  const offer = (end: number, path: Path): void => {
    if (path.score > (paths[end]?.score ?? -Infinity)) paths[end] = path;
  };
  for (let start = 0; start < word.length;) {
    const width = (word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
    const before = paths[start]?.score ?? 0;
    for (let end = start + 1; end <= Math.min(start + longest, word.length); end++) {
      const score = scores.get(word.slice(start, end));
      if (score !== undefined) offer(end, { score: score + before, start, known: true });
    }
    if (!scores.has(word.slice(start, start + width)))
      offer(start + width, { score: unknown + before, start, known: false });
    start += width;
  }
  return paths;
}

function tokensOf(word: string, paths: readonly (Path | undefined)[]): string[] {
  const tokens: { text: string; known: boolean }[] = [];
  for (let end = word.length; end > 0;) {
    const { start, known } = at(paths, end) as Path; // every end on the best path has one
    const [last] = tokens.slice(-1);
    if (!known && last?.known === false) last.text = word.slice(start, end) + last.text;
    else tokens.push({ text: word.slice(start, end), known });
    end = start;
  }
  return tokens.reverse().map(({ text }) => text);
}
