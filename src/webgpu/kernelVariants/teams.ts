/** How many invocations share a piece of the sampler's work where one on its own may be long. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";

/**
 * Invocations that share a row: 1 waits for nobody, more are needed where one would be long over a large vocabulary.
 * They draw the same tokens, but where a random number falls on the border of two.
 */
export const SAMPLE_TEAMS = [1, 64, 256] as const;
export type SampleTeam = (typeof SAMPLE_TEAMS)[number];

export interface Teams {
  /** To draw a row's token. */
  readonly sample: SampleTeam;
  /** To attend of a line and head: 1 or one of `attendTeams`. */
  readonly attend: number;
}

/** Tokens of the vocabulary that one member looks through in no more time than a team takes to agree. */
const SHORT = 512;

/** Sensible on any adapter: the rows and heads of a batch keep it busy, a large vocabulary is shared. */
export function usualTeams({ vocabulary }: Pick<DecoderShape, "vocabulary">): Teams {
  const sample = SAMPLE_TEAMS.find((team) => vocabulary <= team * SHORT) ?? 256;
  return { sample, attend: 1 };
}
