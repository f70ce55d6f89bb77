import { expect, test } from "vitest";
import { defineKernel } from "../recording/kernel.ts";
import { chooseVariants, describeTuning, type TuningMemory } from "./tuning.ts";
import type { Family } from "./tuningFamilies.ts";
import type { Measure, Outcome } from "./tuningTrials.ts";

const kernel = (body: string) => defineKernel({ name: "none", bindings: {}, invocations: () => 1, body });
const family = (name: string, ...variants: string[]): Family => ({
  name,
  lines: 1,
  candidates: new Map(variants.map((variant) => [variant, kernel(`// ${name} ${variant}`)])),
});
const FAMILIES = [family("first", "plain", "tile"), family("second", "plain", "split", "tile")];

/** Milliseconds of "family variant", or a problem. */
const measureFrom =
  (times: Record<string, number | string>): Measure =>
  ({ name }, variant) => {
    const known = times[`${name} ${variant}`] ?? 9;
    const outcome: Outcome = typeof known === "number" ? { milliseconds: known } : { problem: known };
    return Promise.resolve(outcome);
  };
const TIMES = { "first plain": 4, "first tile": 2, "second plain": 1, "second split": 3, "second tile": 0.1 };

/** Memory in a map, which tests may look into. */
function memoryOf(kept = new Map<string, string>()): TuningMemory & { kept: Map<string, string> } {
  return {
    kept,
    read: (key) => Promise.resolve(kept.get(key) ?? null),
    write: (key, value) => Promise.resolve(void kept.set(key, value)),
  };
}
const BUDGET = 1500;
const still = () => 0;
const unmeasured: Measure = () => Promise.reject(new Error("measured once more"));

test("the fastest variant of each family is chosen", async () => {
  const { choices } = await chooseVariants(FAMILIES, "gpu", memoryOf(), measureFrom(TIMES), BUDGET, still);
  expect(choices).toMatchObject([
    { family: "first", variant: "tile", source: "measured", speedup: 2 },
    { family: "second", variant: "tile", source: "measured", speedup: 10 },
  ]);
});

test("a variant that is wrong or does not run never wins, and is named", async () => {
  const times = { ...TIMES, "second tile": "x is off by 1 of 2" };
  const tuning = await chooseVariants(FAMILIES, "gpu", memoryOf(), measureFrom(times), BUDGET, still);
  expect(tuning.choices[1]).toMatchObject({ variant: "plain", rejected: ["tile: x is off by 1 of 2"] });
  expect(describeTuning(tuning)).toContain("second cannot run tile: x is off by 1 of 2");
});

test("where the plain variant does not run, nothing else is trusted", async () => {
  const times = { ...TIMES, "first plain": "lost" };
  const { choices } = await chooseVariants(FAMILIES, "gpu", memoryOf(), measureFrom(times), BUDGET, still);
  expect(choices[0]).toMatchObject({ variant: "plain", source: "not measured" });
});

test("choices are remembered and not measured again", async () => {
  const memory = memoryOf();
  await chooseVariants(FAMILIES, "gpu", memory, measureFrom(TIMES), BUDGET, still);
  const { choices } = await chooseVariants(FAMILIES, "gpu", memory, unmeasured, BUDGET, still);
  expect(choices.map(({ variant, source }) => [variant, source])).toEqual([
    ["tile", "remembered"],
    ["tile", "remembered"],
  ]);
});

test("another adapter, or another text of a kernel, is measured anew", async () => {
  const memory = memoryOf();
  const changed = [family("first", "plain", "tile", "new"), ...FAMILIES.slice(1)];
  await chooseVariants(FAMILIES, "gpu", memory, measureFrom(TIMES), BUDGET, still);
  await chooseVariants(FAMILIES, "other gpu", memory, measureFrom(TIMES), BUDGET, still);
  await chooseVariants(changed, "gpu", memory, measureFrom(TIMES), BUDGET, still);
  expect(memory.kept.size).toBe(3);
});

test.each(["{", "[1]", '{"first": "gone", "second": 5}', "null"])(
  "a memory of %s is measured anew and written over",
  async (damaged) => {
    const memory = memoryOf();
    await chooseVariants(FAMILIES, "gpu", memory, measureFrom(TIMES), BUDGET, still);
    const [key = ""] = memory.kept.keys();
    const whole = memory.kept.get(key);
    memory.kept.set(key, damaged);
    const { choices } = await chooseVariants(FAMILIES, "gpu", memory, measureFrom(TIMES), BUDGET, still);
    expect(choices.map(({ source }) => source)).toEqual(["measured", "measured"]);
    expect(memory.kept.get(key)).toBe(whole);
  },
);

test("what the time does not suffice for stays plain until the next start", async () => {
  const memory = memoryOf();
  let time = 0;
  const slow: Measure = (...asked) => {
    time += 1000; // two variants of the first family use up the budget
    return measureFrom(TIMES)(...asked);
  };
  const first = await chooseVariants(FAMILIES, "gpu", memory, slow, BUDGET, () => time);
  expect(first.choices.map(({ source }) => source)).toEqual(["measured", "not measured"]);
  expect(first.choices[1]?.variant).toBe("plain");
  const second = await chooseVariants(FAMILIES, "gpu", memory, measureFrom(TIMES), BUDGET, still);
  expect(second.choices.map(({ source }) => source)).toEqual(["remembered", "measured"]);
});

test("a memory that fails is said and stops nothing", async () => {
  const broken = () => Promise.reject(new Error("private mode"));
  const tuning = await chooseVariants(
    FAMILIES,
    "gpu",
    { read: broken, write: broken },
    measureFrom(TIMES),
    BUDGET,
    still,
  );
  expect(tuning.choices.map(({ variant }) => variant)).toEqual(["tile", "tile"]);
  expect(tuning.notes).toEqual([
    "what was measured before could not be read: private mode",
    "what was measured will not be remembered: private mode",
  ]);
});
