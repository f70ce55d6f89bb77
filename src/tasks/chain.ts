/**
 * Chains of whole-number arithmetic: a start value and events that change it. A chain is the content of a question before
 * it is worded. Every running value is between 0 and the level's limit.
 */
import type { Random } from "../math/random.ts";
import type { Level } from "./family.ts";

export type Operator = "+" | "-" | "*" | "/";

/** A change of the running value by an amount. */
export interface ChainEvent {
  readonly operator: Operator;
  readonly amount: number;
  /** The amount is added or subtracted this many times, which counts as two arithmetic steps; absent for once. */
  readonly bags?: number;
}

export interface Chain {
  readonly start: number;
  readonly events: readonly ChainEvent[];
  /** The value after the last event: the ground truth. */
  readonly value: number;
}

interface ChainLimits {
  /** Total arithmetic steps. */
  readonly steps: number;
  /** Largest start value and largest amount added or subtracted. */
  readonly operand: number;
  /** Largest running value. */
  readonly running: number;
  /** Events that multiply or divide. */
  readonly multiplicative: number;
  /** Largest number in one bag. */
  readonly each: number;
  /** Largest factor of a multiplication. */
  readonly factor: number;
}

const LIMITS: Record<Level, ChainLimits> = {
  L1: { steps: 1, operand: 20, running: 40, multiplicative: 0, each: 9, factor: 5 },
  L2: { steps: 2, operand: 50, running: 99, multiplicative: 0, each: 9, factor: 5 },
  L3: { steps: 3, operand: 60, running: 199, multiplicative: 1, each: 9, factor: 5 },
  L4: { steps: 4, operand: 90, running: 499, multiplicative: 1, each: 9, factor: 5 },
  L5: { steps: 6, operand: 99, running: 999, multiplicative: 2, each: 19, factor: 9 },
};

/** An operator, or a sum or difference of bags. */
type Kind = Operator | "+bags" | "-bags";

/** Draws the kinds of a chain's events, in order. */
function drawKinds(limits: ChainLimits, random: Random): Kind[] {
  const kinds: Kind[] = [];
  let multiplicative = limits.multiplicative;
  let left = limits.steps;
  while (left > 0) {
    const isMultiplicative =
      multiplicative > 0 && (left <= 2 * multiplicative || random.uniform() < multiplicative / left);
    const bags = isMultiplicative && left >= 2 ? (["+bags", "-bags"] as const) : [];
    const kind = random.choice(
      isMultiplicative ? [...bags, "*" as const, "/" as const] : (["+", "-"] as const),
    );
    kinds.push(kind);
    if (isMultiplicative) multiplicative -= 1;
    left -= kind === "+bags" || kind === "-bags" ? 2 : 1;
  }
  return kinds;
}

/** Draws an event of this kind; null if the running value allows none. */
function drawEvent(kind: Kind, value: number, limits: ChainLimits, random: Random): ChainEvent | null {
  switch (kind) {
    case "+":
      return { operator: kind, amount: random.integer(2, limits.operand) };
    case "-":
      return value < 3
        ? null
        : { operator: kind, amount: random.integer(2, Math.min(limits.operand, value)) };
    case "+bags":
    case "-bags": {
      const bags = random.integer(2, 9);
      return { operator: kind === "+bags" ? "+" : "-", bags, amount: random.integer(2, limits.each) };
    }
    case "*":
      return { operator: kind, amount: random.integer(2, limits.factor) };
    case "/": {
      const divisors = [2, 3, 4, 5, 6, 7, 8, 9].filter((d) => value >= d && value % d === 0);
      return divisors.length === 0 ? null : { operator: kind, amount: random.choice(divisors) };
    }
  }
}

/** Returns `a` operator `b`. */
export function calculate(a: number, operator: Operator, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
  }
}

/** Draws a chain; null if a running value leaves [0, limit]. */
function attemptChain(limits: ChainLimits, random: Random): Chain | null {
  const start = random.integer(2, limits.operand);
  const kinds = drawKinds(limits, random);
  const events: ChainEvent[] = [];
  let value = start;
  for (const kind of kinds) {
    const event = drawEvent(kind, value, limits, random);
    if (event === null) return null;
    value = calculate(value, event.operator, (event.bags ?? 1) * event.amount);
    if (value < 0 || value > limits.running) return null;
    events.push(event);
  }
  return { start, events, value };
}

/** Draws a random chain of the level by rejection sampling: every chain within the limits can occur. */
export function drawChain(level: Level, random: Random): Chain {
  for (;;) {
    const chain = attemptChain(LIMITS[level], random);
    if (chain !== null) return chain;
  }
}

/** Returns the chain as one expression with minimal parentheses, e.g. `(27+36-44)*2-26`. */
export function chainExpression(chain: Chain): string {
  let text = String(chain.start);
  let isSum = false;
  for (const { operator, amount, bags } of chain.events) {
    const isProduct = operator === "*" || operator === "/";
    if (isProduct && isSum) text = `(${text})`;
    text += `${operator}${bags === undefined ? "" : `${bags}*`}${amount}`;
    isSum = !isProduct;
  }
  return text;
}
