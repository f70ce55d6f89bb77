/** For tests: a small experiment and the results of its runs, with numbers that are easy to follow. */
import type { Experiment } from "./experiment.ts";
import type { ResultCell, ResultEvaluation } from "./result.ts";

export const EXPERIMENT: Experiment = {
  name: "small",
  title: "A small one",
  question: "Does it help?",
  paper: null,
  expects: "It helps.",
  base: { model: "tiny", dataset: "word", config: { steps: 20 } },
  variants: [
    { name: "plain", label: "plain" },
    { name: "soft", label: "soft <votes>", config: { voting: "soft" }, seeds: [0] },
  ],
  seeds: [0, 1],
  evaluate: ["choice"],
  initialVotes: [{ name: "T 1", temperature: 1, topP: 1, samples: 8 }],
  table: [
    { label: "before", read: { at: "before", value: "passAt1" } },
    { label: "after", read: { at: "after", value: "passAt1" } },
    { label: "above T 1", read: { at: "after", value: "passAt1" }, minus: { at: "T 1", value: "majority" } },
    { label: "level 2", read: { at: "after", value: "passAt1", level: "L2" } },
    { label: "choice", read: { at: "after", value: "passAt1", dataset: "choice" } },
    { label: "length", read: { at: "after", value: "responseLength" } },
    { label: "label accuracy, last", read: { at: "last", value: "labelAccuracy" } },
  ],
  plot: { kind: "bars", columns: ["before", "after"], marks: ["choice"] },
};

/** An evaluation of four questions in two levels, of each of which `right` of four responses are right. */
export function evaluation(at: string, right: readonly number[], changed: Partial<ResultEvaluation> = {}) {
  const total = right.reduce((sum, count) => sum + count, 0);
  return {
    at,
    dataset: "word",
    step: at === "after" ? 20 : 0,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: total / (4 * right.length),
    majority: right.filter((count) => count > 2).length / right.length,
    majorityRatio: 0.5,
    unansweredShare: 0,
    entropy: 0.3,
    responseLength: 10,
    levels: {},
    questions: {
      right,
      majority: right.map((count) => (count > 2 ? "1" : "0")).join(""),
      levels: [
        ["L1", 2],
        ["L2", 2],
      ],
    },
    ...changed,
  } satisfies ResultEvaluation;
}

/** A run of 20 steps whose label accuracy is 0.5, then 0.75 in the last ten. */
export function cell(variant: string, seed: number, evaluations: readonly ResultEvaluation[]): ResultCell {
  return {
    variant,
    seed,
    evaluations,
    curves: { labelAccuracy: [...Array<number>(10).fill(0.5), ...Array<number>(10).fill(0.75)] },
    tokens: { sampled: 2_000_000, trained: 1_000_000, evaluated: 500_000 },
    seconds: 60,
    commit: "abc",
  };
}

/** Both seeds of "plain" and the one of "soft". */
export const CELLS: readonly ResultCell[] = [
  cell("plain", 0, [
    evaluation("before", [4, 0, 0, 0]),
    evaluation("after", [4, 4, 2, 2], { responseLength: 12 }),
    evaluation("T 1", [4, 4, 0, 0], { temperature: 1, topP: 1 }),
    evaluation("after", [1, 1, 1, 1], { dataset: "choice" }),
  ]),
  cell("plain", 1, [
    evaluation("before", [4, 0, 0, 0]),
    evaluation("after", [4, 4, 4, 0], { responseLength: 14 }),
    evaluation("T 1", [4, 4, 4, 0], { temperature: 1, topP: 1 }),
    evaluation("after", [2, 2, 2, 2], { dataset: "choice" }),
  ]),
  cell("soft", 0, [evaluation("before", [4, 0, 0, 0]), evaluation("after", [2, 2, 2, 2])]),
];
