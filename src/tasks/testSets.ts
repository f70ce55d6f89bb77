/** The embedded test sets, whose questions are excluded from the training corpus. */
import type { Task } from "../rl/contracts/types.ts";
import type { Family } from "./family.ts";
import { taskQuestions, type TaskQuestion } from "./question.ts";

export interface TestSet {
  /** Also the file name. */
  readonly name: "word" | "word-heldout" | "expression" | "choice";
  readonly title: string;
  readonly description: string;
  /** Answer format: a number, or a letter as in GPQA. */
  readonly task: Task;
  readonly questions: readonly TaskQuestion[];
}

const PER_LEVEL = 40;

/** Returns the four test sets, with 40 questions per level; always the same. */
export function testSets(): readonly TestSet[] {
  const draw = (family: Family, seed: number, others: readonly TaskQuestion[] = []): TaskQuestion[] =>
    taskQuestions(family, PER_LEVEL, seed, new Set(others.map((question) => question.prompt)));
  const word = draw("word", 101);
  return [
    {
      name: "word",
      title: "Word problems",
      description: "Short stories of one to six steps of whole-number arithmetic, in five levels.",
      task: "math",
      questions: word,
    },
    {
      name: "word-heldout",
      title: "Word problems, held out",
      description:
        "Other questions of the same kind: does what is learnt carry over to questions never seen?",
      task: "math",
      questions: draw("word", 202, word),
    },
    {
      name: "expression",
      title: "Expressions",
      description: "The same arithmetic without the story: does what is learnt carry over to another form?",
      task: "math",
      questions: draw("expression", 303),
    },
    {
      name: "choice",
      title: "Multiple choice",
      description: "Expressions with four options, answered by a letter and laid out like GPQA.",
      task: "gpqa",
      questions: draw("choice", 404),
    },
  ];
}

/** Returns the prompts of all test sets, which a corpus must not contain. */
export function testPrompts(): ReadonlySet<string> {
  return new Set(testSets().flatMap((set) => set.questions.map((question) => question.prompt)));
}
