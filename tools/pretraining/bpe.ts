/**
 * Byte-pair encoding over byte-level text, the training half: the tokenizer library only applies merges. Small texts
 * and vocabularies only; every round recounts all pairs.
 */

/** A pair of neighbouring symbols that becomes one. */
export type Merge = readonly [left: string, right: string];

/**
 * The printable stand-in for each byte, as GPT-2 defined it and every byte-level tokenizer.json uses it: printable
 * Latin-1 stands for itself, the other 68 bytes for U+0100 onwards in order (so a space is written `Ġ`).
 */
export function byteSymbols(): string[] {
  let other = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCodePoint(printable ? byte : other++);
  });
}

/** Text as byte symbols. */
export function toByteSymbols(text: string, symbols: readonly string[]): string[] {
  return Array.from(new TextEncoder().encode(text), (byte) => {
    const symbol = symbols[byte];
    if (symbol === undefined) throw new Error(`toByteSymbols: ${byte} is no byte`);
    return symbol;
  });
}

interface Word {
  symbols: string[];
  readonly count: number;
}

/** How often each pair of neighbours occurs; keys join the two with a space, which no symbol contains. */
function countPairs(words: readonly Word[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { symbols, count } of words) {
    for (const [i, right] of symbols.entries()) {
      const left = symbols[i - 1];
      if (left === undefined) continue;
      const key = `${left} ${right}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  return counts;
}

/** The most frequent pair, the first in code-unit order of those as frequent; null when no pair is left. */
function bestPair(counts: ReadonlyMap<string, number>): Merge | null {
  let best: string | null = null;
  let bestCount = 0;
  for (const [key, count] of counts) {
    if (count > bestCount || (count === bestCount && best !== null && key < best)) {
      best = key;
      bestCount = count;
    }
  }
  const [left, right] = best?.split(" ") ?? [];
  return left === undefined || right === undefined ? null : [left, right];
}

/** Replaces the pair wherever it occurs, from the left. */
function applyMerge(symbols: readonly string[], [left, right]: Merge): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    if (symbol === undefined) break;
    if (symbol === left && symbols[i + 1] === right) {
      merged.push(left + right);
      i += 1;
    } else {
      merged.push(symbol);
    }
  }
  return merged;
}

/** Learns at most `count` merges from pieces and how often each occurs; fewer when every piece is one symbol. */
export function trainMerges(pieces: ReadonlyMap<string, number>, count: number): Merge[] {
  const symbols = byteSymbols();
  const words: Word[] = Array.from(pieces, ([piece, times]) => ({
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
