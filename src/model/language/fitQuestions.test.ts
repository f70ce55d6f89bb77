import { expect, test } from "vitest";
import { fitQuestions } from "./fitQuestions.ts";
import type { LanguageModel } from "./languageModel.ts";

/** One token a character, 10 positions. */
const model = {
  config: { maxPositions: 10 },
  tokenizer: { encodePrompt: (prompt: string) => new Int32Array(prompt.length) },
} as unknown as LanguageModel;

const question = (id: string, length: number) => ({ id, prompt: "x".repeat(length) });

test("keeps the questions that leave enough tokens for the response and names the others", () => {
  // 10 positions less 4 for the response leave 6 for the prompt.
  const { questions, notice } = fitQuestions(
    model,
    [question("a", 6), question("b", 7), question("c", 1)],
    4,
  );
  expect(questions.map(({ id }) => id)).toEqual(["a", "c"]);
  expect(notice).toBe(
    "questions left out for exceeding the model's 10 positions less 4 for the response: b (1 of 3)",
  );
});

test("says nothing when every question fits", () => {
  expect(fitQuestions(model, [question("a", 6)], 4).notice).toBeNull();
});

test("names ten questions and counts the rest", () => {
  const all = Array.from({ length: 12 }, (_, i) => question(`q${i}`, 9));
  expect(fitQuestions(model, all, 4).notice).toMatch(/: q0, .*, q9, \.\.\. \(12 of 12\)$/);
});
