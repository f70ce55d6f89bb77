import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import { chainExpression, drawChain, type Chain } from "./chain.ts";
import { LEVELS } from "./family.ts";

/** JavaScript's own arithmetic on the expression: an independent reading of it. */
const evaluate = (expression: string): unknown => {
  expect(expression).toMatch(/^[0-9+*/()-]+$/);
  return runInNewContext(expression) as unknown;
};

const arithmeticSteps = (chain: Chain): number =>
  chain.events.reduce((sum, { bags }) => sum + (bags === undefined ? 1 : 2), 0);
const multiplicativeEvents = (chain: Chain): number =>
  chain.events.filter(({ operator, bags }) => bags !== undefined || operator === "*" || operator === "/")
    .length;

test("an expression has the parentheses it needs and no others", () => {
  const chain: Chain = {
    start: 27,
    events: [
      { operator: "+", amount: 36 },
      { operator: "-", amount: 44 },
      { operator: "*", amount: 2 },
      { operator: "/", amount: 19 },
      { operator: "+", bags: 3, amount: 5 },
      { operator: "-", bags: 2, amount: 4 },
    ],
    value: 9,
  };
  expect(chainExpression(chain)).toBe("(27+36-44)*2/19+3*5-2*4");
  expect(evaluate(chainExpression(chain))).toBe(9);
});

describe.each([
  { level: "L1", steps: 1, operand: 20, running: 40, multiplicative: 0 },
  { level: "L2", steps: 2, operand: 50, running: 99, multiplicative: 0 },
  { level: "L3", steps: 3, operand: 60, running: 199, multiplicative: 1 },
  { level: "L4", steps: 4, operand: 90, running: 499, multiplicative: 1 },
  { level: "L5", steps: 6, operand: 99, running: 999, multiplicative: 2 },
] as const)("$level", ({ level, steps, operand, running, multiplicative }) => {
  const random = createRandom(11);
  const chains = Array.from({ length: 500 }, () => drawChain(level, random));

  test("the value is what the expression evaluates to", () => {
    for (const chain of chains) expect(evaluate(chainExpression(chain))).toBe(chain.value);
  });

  test("steps, operands and values keep to the level's limits", () => {
    for (const chain of chains) {
      expect(arithmeticSteps(chain)).toBe(steps);
      expect(multiplicativeEvents(chain)).toBe(multiplicative);
      expect(chain.start).toBeGreaterThanOrEqual(2);
      expect(chain.value).toBeGreaterThanOrEqual(0);
      expect(chain.value).toBeLessThanOrEqual(running);
      for (const event of chain.events) {
        if (event.bags === undefined && (event.operator === "+" || event.operator === "-"))
          expect(event.amount).toBeLessThanOrEqual(operand);
      }
    }
  });

  test("every kind of event that the level allows occurs", () => {
    const kinds = new Set(
      chains.flatMap((chain) =>
        chain.events.map(({ operator, bags }) => `${operator} ${bags === undefined}`),
      ),
    );
    expect(kinds.size).toBe(multiplicative === 0 ? 2 : 6);
  });
});

test("the same seed draws the same chains", () => {
  const draw = (): Chain[] => {
    const random = createRandom(5);
    return LEVELS.map((level) => drawChain(level, random));
  };
  expect(draw()).toEqual(draw());
});
