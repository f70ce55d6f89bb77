import { expect, test } from "vitest";
import { checkTokenizer, checkTokens } from "./tokenIds.ts";

const vocab = { a: 0, b: 1, c: 2 };

test("a tokenizer within the embedding passes, also one with fewer tokens than rows", () => {
  expect(() => checkTokenizer({ model: { vocab } }, 3)).not.toThrow();
  expect(() =>
    checkTokenizer({ model: { vocab }, added_tokens: [{ id: 3, content: "<e>" }] }, 8),
  ).not.toThrow();
});

test.each([
  [{ model: { vocab } }, '"b" with id 1 and 1 more, but the embedding has 1 rows'],
  [{ model: { vocab: [["x", 0], ["y", -1]] } }, '"y" with id 1, but'], // prettier-ignore
  [{ model: { vocab: {} }, added_tokens: [{ id: 1, content: "<e>" }] }, '"<e>" with id 1, but'],
])("a token beyond the embedding is named: %j", (tokenizer, message) => {
  expect(() => checkTokenizer(tokenizer, 1)).toThrow(message);
});

test("a placeholder of images is left to the check of texts", () => {
  const added_tokens = [{ id: 3, content: "<image_soft_token>" }];
  expect(() => checkTokenizer({ model: { vocab }, added_tokens }, 3)).not.toThrow();
  expect(() => checkTokens(Int32Array.of(0, 3), 3)).toThrow("token 3, but the model's embedding has 3 rows");
  expect(() => checkTokens(Int32Array.of(0, 2), 3)).not.toThrow();
  expect(() => checkTokens(Int32Array.of(-1), 3)).toThrow(RangeError);
});
