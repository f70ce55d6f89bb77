/** Statistics of a group's votes that several voting schemes use. */
import { mean } from "../../../math/stats.ts";
import type { Vote } from "../../contracts/types.ts";

/** All votes on a question, with the entropies of the responses. */
export interface Ballot {
  readonly vote: Vote;
  readonly ballot: {
    readonly answers: readonly (string | null)[];
    readonly responses: readonly { readonly entropy: number }[];
  };
}

/** Returns the mean entropy (nats per token) of the responses that give each answer. */
export function entropyByAnswer({
  vote,
  ballot: { answers, responses },
}: Ballot): ReadonlyMap<string, number> {
  return new Map(
    [...vote.counts.keys()].map((wanted) => [
      wanted,
      mean(responses.filter((_, i) => answers[i] === wanted).map(({ entropy }) => entropy)),
    ]),
  );
}
