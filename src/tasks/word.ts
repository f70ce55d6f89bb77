/** The word family: chains as short word problems. */
import type { Random } from "../math/random.ts";
import type { Chain, ChainEvent } from "./chain.ts";

// Short lists: a model of 0.2M parameters should spend its capacity on arithmetic, not on names.
const PEOPLE = [
  { name: "Tom", pronoun: "He" },
  { name: "Ana", pronoun: "She" },
  { name: "Ben", pronoun: "He" },
  { name: "Mia", pronoun: "She" },
  { name: "Sam", pronoun: "He" },
  { name: "Zoe", pronoun: "She" },
  { name: "Leo", pronoun: "He" },
  { name: "Eva", pronoun: "She" },
  { name: "Max", pronoun: "He" },
  { name: "Ida", pronoun: "She" },
] as const;
const THINGS = ["apples", "coins", "books", "cards", "pens", "eggs", "shells", "stamps"] as const;
const GAINS = ["buys", "finds", "wins"] as const;
const LOSSES = ["loses", "sells", "gives away"] as const;

function sentence({ operator, amount, bags }: ChainEvent, pronoun: string, random: Random): string {
  switch (operator) {
    case "+":
      if (bags !== undefined) return `${pronoun} buys ${bags} bags of ${amount}.`;
      return `${pronoun} ${random.choice(GAINS)} ${amount} more.`;
    case "-":
      if (bags !== undefined) return `${pronoun} sells ${bags} bags of ${amount}.`;
      return `${pronoun} ${random.choice(LOSSES)} ${amount}.`;
    case "*":
      return `Now ${pronoun.toLowerCase()} has ${amount} times as many.`;
    case "/":
      return `${pronoun} keeps one of ${amount} equal parts.`;
  }
}

/** Returns the chain as a story that ends in a question. */
export function wordPrompt(chain: Chain, random: Random): string {
  const { name, pronoun } = random.choice(PEOPLE);
  const thing = random.choice(THINGS);
  const events = chain.events.map((event) => sentence(event, pronoun, random));
  return [`${name} has ${chain.start} ${thing}.`, ...events, `How many ${thing} now?`].join(" ");
}
