/**
 * Training of byte-level byte-pair encoding; the tokenizer library only applies merges. For small texts and vocabularies: every
 * round recounts all pairs.
 */
import { at } from "../../src/math/at.ts";

/** A pair of adjacent symbols that becomes one. */
export type Merge = readonly [left: string, right: string];

/**
 * Returns the printable symbol of each byte, as defined by GPT-2: printable Latin-1 represents itself, the other 68 bytes are
 * U+0100 onwards in order (a space is `Ġ`).
 */
export function byteSymbols(): string[] {
  let other = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCodePoint(printable ? byte : other++);
  });
}

/** Returns a text's UTF-8 bytes as symbols. */
export function toByteSymbols(text: string, symbols: readonly string[]): string[] {
  return Array.from(new TextEncoder().encode(text), (byte) => at(symbols, byte));
}

interface Word {
  symbols: string[];
  readonly count: number;
}

/** Counts adjacent pairs; keys join the two with a space, which no symbol contains. */
function countPairs(words: readonly Word[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { symbols, count } of words) {
    for (const [i, right] of symbols.slice(1).entries()) {
      const key = `${at(symbols, i)} ${right}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  return counts;
}

/** Returns the most frequent pair, on ties the first in code-unit order; null if there is none. */
function bestPair(counts: ReadonlyMap<string, number>): Merge | null {
  let [best, bestCount] = ["", 0];
  for (const [key, count] of counts)
    if (count > bestCount || (count === bestCount && key < best)) [best, bestCount] = [key, count];
  const [left, right] = best.split(" ");
  return left === undefined || right === undefined ? null : [left, right];
}

/** Replaces the pair wherever it occurs, from the left. */
function applyMerge(symbols: readonly string[], [left, right]: Merge): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === left && symbols[i + 1] === right;
    merged.push(isPair ? left + right : at(symbols, i));
    if (isPair) i += 1;
  }
  return merged;
}

/** Learns up to `count` merges from pieces and their counts; fewer if every piece becomes one symbol. */
export function trainMerges(pieces: ReadonlyMap<string, number>, count: number): Merge[] {
  const symbols = byteSymbols();
  const words = Array.from(pieces, ([piece, times]): Word => ({
    symbols: toByteSymbols(piece, symbols),
    count: times,
  }));
  const merges: Merge[] = [];
  while (merges.length < count) {
    const pair = bestPair(countPairs(words));
    if (pair === null) break;
    merges.push(pair);
    for (const word of words) word.symbols = applyMerge(word.symbols, pair);
  }
  return merges;
}
