/** Team sizes: the number of invocations that share one item of the sampler's work. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";

/**
 * Invocations that share the sampling of a row: 1 needs no synchronization, more pay off for large vocabularies. All sizes
 * draw the same tokens, except where a random number lies within rounding of the boundary between two tokens.
 */
export const SAMPLE_TEAMS = [1, 64, 256] as const;
export type SampleTeam = (typeof SAMPLE_TEAMS)[number];

export interface Teams {
  /** Invocations that draw the token of a row. */
  readonly sample: SampleTeam;
  /** Invocations that compute attention for a line and head: 1 or one of `attendTeams`. */
  readonly attend: number;
}

/** Vocabulary size up to which one invocation scans the logits in the time that a team takes to synchronize. */
const SHORT = 512;

/** Default team sizes: rows and heads of a batch fill any adapter, and only a large vocabulary is shared. */
export function usualTeams({ vocabulary }: Pick<DecoderShape, "vocabulary">): Teams {
  const sample = SAMPLE_TEAMS.find((team) => vocabulary <= team * SHORT) ?? 256;
  return { sample, attend: 1 };
}
