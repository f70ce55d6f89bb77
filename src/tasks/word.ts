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

function sentence(event: ChainEvent, pronoun: string, random: Random): string {
  switch (event.kind) {
    case "add":
      return `${pronoun} ${random.choice(GAINS)} ${event.amount} more.`;
    case "subtract":
      return `${pronoun} ${random.choice(LOSSES)} ${event.amount}.`;
    case "addBags":
      return `${pronoun} buys ${event.bags} bags of ${event.each}.`;
    case "subtractBags":
      return `${pronoun} sells ${event.bags} bags of ${event.each}.`;
    case "multiply":
      return `Now ${pronoun.toLowerCase()} has ${event.factor} times as many.`;
    case "divide":
      return `${pronoun} keeps one of ${event.parts} equal parts.`;
  }
}

/** Returns the chain as a story that ends in a question. */
export function wordPrompt(chain: Chain, random: Random): string {
  const { name, pronoun } = random.choice(PEOPLE);
  const thing = random.choice(THINGS);
  const events = chain.events.map((event) => sentence(event, pronoun, random));
  return [`${name} has ${chain.start} ${thing}.`, ...events, `How many ${thing} now?`].join(" ");
}
