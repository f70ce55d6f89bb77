import { expect, test } from "vitest";
import { suggestFormat } from "./suggestFormat.ts";

test.each([
  ["boxed", ["The answer is 5.", "Answer: 6"], "math", { format: "auto", found: 2 }],
  ["hash", ["so \\boxed{5}", "so \\boxed{6}", "hm"], "math", { format: "auto", found: 2 }],
  [
    "auto",
    ["<result>5</result>", "<think>3</think><result>6</result>", "7"],
    "math",
    { format: "tag:result", found: 2 },
  ],
  ["auto", ["it makes 5", "hm, 6", "7"], "math", { format: "last-number", found: 3 }],
  ["auto", ["I choose (B)", "it is (C)"], "math", { format: "letter", found: 2 }],
  ["last-number", ["Answer: east", "Answer: west"], "math", { format: "auto", found: 2 }],
  ["boxed", ["(F)", "The answer is G"], "gpqa", { format: "auto", found: 2 }],
  ["auto", ["\\boxed{5}", "\\boxed{6}", "7"], "math", null], // found often enough
  ["hash", ["", ""], "math", null],
  ["hash", [], "math", null],
] as const)("instead of %s for %j (%s): %j", (current, responses, task, suggestion) => {
  expect(suggestFormat(responses, current, task)).toEqual(suggestion);
});
