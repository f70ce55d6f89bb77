import { describe, expect, test } from "vitest";
import { CONFIG_FIELDS, CONFIG_NAMES, configFrom, configProblems, DEFAULT_CONFIG } from "./ttrlConfig.ts";
import { PAPER_PRESET } from "./paperPreset.ts";

describe("the configuration", () => {
  test("has defaults that are valid by its own bounds", () => {
    expect(configProblems({ ...DEFAULT_CONFIG })).toEqual([]);
    expect(configFrom({})).toEqual(DEFAULT_CONFIG);
    expect(configFrom({ steps: 3 })).toEqual({ ...DEFAULT_CONFIG, steps: 3 });
  });

  test.each(CONFIG_NAMES)("takes the ends of the bounds of %s and nothing beyond", (name) => {
    const field = CONFIG_FIELDS[name];
    if (field.kind === "choice") {
      const lora = { trainable: "lora" }; // of which some settings are
      for (const choice of field.choices) expect(configProblems({ ...lora, [name]: choice })).toEqual([]);
      expect(configProblems({ ...lora, [name]: "other" })).toHaveLength(1);
      return;
    }
    if (field.kind === "text") {
      for (const example of field.examples) expect(configProblems({ [name]: example })).toEqual([]);
      expect(configProblems({ [name]: 1 })).toEqual([`${name} must be a text; got 1`]);
      return;
    }
    const others = { votesPerQuestion: 1024, rolloutsPerQuestion: 1 }; // so that the two of them do not conflict
    expect(configProblems({ ...others, [name]: field.min })).toEqual([]);
    expect(configProblems({ ...others, [name]: field.max })).toEqual([]);
    for (const beyond of [field.min - 1, field.max * 2]) {
      expect(configProblems({ ...others, [name]: beyond })[0]).toContain(`${name} must be within`);
    }
  });

  test.each([
    [{ steps: 0 }, "steps must be within 1 and 100000; got 0"],
    [{ steps: 2.5 }, "steps must be a whole number; got 2.5"],
    [{ steps: "3" }, 'steps must be a number; got "3"'],
    [{ topP: Number.NaN }, "topP must be a number; got null"],
    [
      { basePrecision: "q4_0" },
      "basePrecision (q4_0) must be f32 unless trainable is lora: all weights are trained in f32",
    ],
    [{ schedule: "linear" }, 'schedule must be one of constant, cosine; got "linear"'],
  ])("says what is wrong with %o", (values, problem) => {
    expect(configProblems(values)).toEqual([problem]);
    expect(() => configFrom(values)).toThrow(problem);
  });

  test.each(["votes", "toString", "__proto__"])("does not know the setting %s", (name) => {
    const values: unknown = JSON.parse(`{"${name}": 1}`);
    expect(configProblems(values as Record<string, unknown>)[0]).toMatch(
      `unknown setting "${name}"; known: steps,`,
    );
  });

  test("does not train on more responses than vote, whichever of the two is given", () => {
    const problem = "must not exceed votesPerQuestion";
    expect(configProblems({ votesPerQuestion: 16 })).toEqual([`rolloutsPerQuestion (32) ${problem} (16)`]);
    expect(configProblems({ rolloutsPerQuestion: 65 })).toEqual([`rolloutsPerQuestion (65) ${problem} (64)`]);
    expect(configProblems({ votesPerQuestion: 16, rolloutsPerQuestion: 16 })).toEqual([]);
  });

  test("has other voting than hard for the majority's labels alone", () => {
    expect(configProblems({ labelSource: "truth", voting: "soft" })).toEqual([
      "voting (soft) must be hard unless labelSource (truth) is majority",
    ]);
    expect(configProblems({ labelSource: "truth", voting: "hard" })).toEqual([]);
    expect(configProblems({ labelSource: "majority", voting: "soft" })).toEqual([]);
  });

  test.each([
    ["hsah", "answerFormat must be one of auto, boxed,"],
    ["tag:", "answerFormat must name a tag"],
    ["tag:<b>", "answerFormat must name a tag"],
    [
      "regex:answer: \\d+",
      "answerFormat needs a pattern with one group in round brackets, the answer; this one has 0",
    ],
    ["regex:(a)(b)", "this one has 2"],
    ["regex:(a", "answerFormat has a pattern that RE2 cannot read (missing closing ): `(a`)"],
    ["regex:(?=a)(b)", "no look-around"],
    [`regex:(${"a".repeat(600)})`, "longer than 500 characters"],
  ])("refuses the answer format %s", (answerFormat, problem) => {
    expect(configProblems({ answerFormat })[0]).toContain(problem);
  });

  test("has no other answer format than auto with the authors' rules", () => {
    expect(configProblems({ answers: "paper", answerFormat: "hash" })[0]).toMatch(
      "answerFormat (hash) must be auto where answers is paper",
    );
    expect(configProblems({ answers: "paper", answerFormat: "auto" })).toEqual([]);
  });

  test("names every problem at once", () => {
    expect(configProblems({ steps: 0, topP: 2, nonsense: 1 })).toHaveLength(3);
  });

  test("takes the paper's preset, which sets every field that reproduces the authors' code", () => {
    expect(configProblems(PAPER_PRESET)).toEqual([]);
    for (const name of ["answers", "rewardToken", "epochRest", "scheduleLag"] as const) {
      expect(PAPER_PRESET[name]).not.toBe(DEFAULT_CONFIG[name]);
    }
  });

  test("gives every field a sentence", () => {
    for (const { label, meaning } of Object.values(CONFIG_FIELDS)) {
      expect(label).not.toBe("");
      expect(meaning).toMatch(/\.$/);
    }
  });
});
