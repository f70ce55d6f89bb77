import { expect, test } from "vitest";
import { unigramBy } from "./unigram.ts";

const cut = unigramBy([
  ["<unk>", 0],
  ["a", -1],
  ["aa", -2],
  ["b", -1.5],
]);

// The expected tokens are those of the Rust library 0.23.3.
test("of equal paths the first found stays", () => {
  expect(cut("aaa")).toEqual(["a", "aa"]);
  expect(cut("aaab")).toEqual(["a", "aa", "b"]);
});

test("unknown characters in a row are one token", () => {
  expect(cut("éüa")).toEqual(["éü", "a"]);
  expect(cut("🌍ab")).toEqual(["🌍", "a", "b"]);
  expect(cut("")).toEqual([]);
});
