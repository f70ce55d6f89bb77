import { expect, test } from "vitest";
import { byteSymbols, toByteSymbols, trainMerges } from "./bpe.ts";

test("the 256 bytes have 256 different printable symbols, as GPT-2 wrote them", () => {
  const symbols = byteSymbols();
  expect(new Set(symbols).size).toBe(256);
  // 0x00 is the first of the unprintable bytes, 0x20 the 33rd, 0xAD the last of 68.
  expect([symbols[0x00], symbols[0x20], symbols[0x41], symbols[0xad]]).toEqual(["Ā", "Ġ", "A", "Ń"]);
  expect(toByteSymbols("é a", symbols)).toEqual(["Ã", "©", "Ġ", "a"]);
});

test("the most frequent pair is merged first, and counts follow the merge", () => {
  // "abab" x3 and "abc" x2: ab occurs 2*3+2 = 8 times, ba 3, bc 2. After ab: (ab,ab) 3, (ab,c) 2.
  const merges = trainMerges(
    new Map([
      ["abab", 3],
      ["abc", 2],
    ]),
    10,
  );
  expect(merges).toEqual([
    ["a", "b"],
    ["ab", "ab"],
    ["ab", "c"],
  ]);
});

test("of pairs as frequent the first in code-unit order is merged, whatever the order of the pieces", () => {
  const first = trainMerges(new Map([["xy", 1], ["ab", 1]]), 1); // prettier-ignore
  const second = trainMerges(new Map([["ab", 1], ["xy", 1]]), 1); // prettier-ignore
  expect(first).toEqual([["a", "b"]]);
  expect(second).toEqual(first);
});
