import { expect, test } from "vitest";
import { addedTokensOf, sectionsBy } from "./addedTokens.ts";

/** Ids of added tokens in a text, 0 for text between them. */
function idsOf(content: string, flags: object, text: string): number[] {
  const added = addedTokensOf([{ id: 1, content, normalized: false, ...flags }]);
  return sectionsBy(added, (token) => token.content)(text).map((part) => ("id" in part ? part.id : 0));
}

// The expected ids are those of the Rust library 0.23.3, with a model that knows no other token.
test("a token within the white space that another took is found all the same", () => {
  expect(idsOf("\n\n", { rstrip: true }, "\n\n\n\n")).toEqual([1, 1]);
  expect(idsOf("\n\n", { rstrip: true }, "\n\n \n\nx")).toEqual([1, 1, 0]);
});

test("unless its own white space before it would begin where it ends", () => {
  const both = { lstrip: true, rstrip: true };
  expect(idsOf("  ", both, "    x")).toEqual([1, 0]);
  expect(idsOf("  ", both, "      ")).toEqual([1]);
});
