/**
 * Chains of whole-number arithmetic: a start value and events that change it. A chain is the content of a question before
 * it is worded. Every running value is between 0 and the level's limit.
 */
import type { Random } from "../math/random.ts";
import type { Level } from "./family.ts";

/** A change of the running value. A bag event counts as two arithmetic steps: multiply, then add or subtract. */
export type ChainEvent =
  | { readonly kind: "add"; readonly amount: number }
  | { readonly kind: "subtract"; readonly amount: number }
  | { readonly kind: "addBags"; readonly bags: number; readonly each: number }
  | { readonly kind: "subtractBags"; readonly bags: number; readonly each: number }
  | { readonly kind: "multiply"; readonly factor: number }
  | { readonly kind: "divide"; readonly parts: number };

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

/** Draws the kinds of a chain's events, in order. */
function drawKinds(limits: ChainLimits, random: Random): ChainEvent["kind"][] {
  const kinds: ChainEvent["kind"][] = [];
  let multiplicative = limits.multiplicative;
  let left = limits.steps;
  while (left > 0) {
    if (multiplicative > 0 && (left <= 2 * multiplicative || random.uniform() < multiplicative / left)) {
      const kind =
        left >= 2
          ? random.choice(["addBags", "subtractBags", "multiply", "divide"] as const)
          : random.choice(["multiply", "divide"] as const);
      kinds.push(kind);
      multiplicative -= 1;
      left -= kind === "addBags" || kind === "subtractBags" ? 2 : 1;
    } else {
      kinds.push(random.choice(["add", "subtract"] as const));
      left -= 1;
    }
  }
  return kinds;
}

/** Draws an event of this kind; null if the running value allows none. */
function drawEvent(
  kind: ChainEvent["kind"],
  value: number,
  limits: ChainLimits,
  random: Random,
): ChainEvent | null {
  switch (kind) {
    case "add":
      return { kind, amount: random.integer(2, limits.operand) };
    case "subtract":
      return value < 3 ? null : { kind, amount: random.integer(2, Math.min(limits.operand, value)) };
    case "addBags":
    case "subtractBags":
      return { kind, bags: random.integer(2, 9), each: random.integer(2, limits.each) };
    case "multiply":
      return { kind, factor: random.integer(2, limits.factor) };
    case "divide": {
      const divisors = [2, 3, 4, 5, 6, 7, 8, 9].filter((d) => value >= d && value % d === 0);
      return divisors.length === 0 ? null : { kind, parts: random.choice(divisors) };
    }
  }
}

/** Returns the running value after an event. */
function applyEvent(value: number, event: ChainEvent): number {
  switch (event.kind) {
    case "add":
      return value + event.amount;
    case "subtract":
      return value - event.amount;
    case "addBags":
      return value + event.bags * event.each;
    case "subtractBags":
      return value - event.bags * event.each;
    case "multiply":
      return value * event.factor;
    case "divide":
      return value / event.parts;
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
    value = applyEvent(value, event);
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
  for (const event of chain.events) {
    if (event.kind === "multiply" || event.kind === "divide") {
      if (isSum) text = `(${text})`;
      text += event.kind === "multiply" ? `*${event.factor}` : `/${event.parts}`;
      isSum = false;
    } else {
      text += sumTerm(event);
      isSum = true;
    }
  }
  return text;
}

function sumTerm(event: Exclude<ChainEvent, { kind: "multiply" } | { kind: "divide" }>): string {
  switch (event.kind) {
    case "add":
      return `+${event.amount}`;
    case "subtract":
      return `-${event.amount}`;
    case "addBags":
      return `+${event.bags}*${event.each}`;
    case "subtractBags":
      return `-${event.bags}*${event.each}`;
  }
}
