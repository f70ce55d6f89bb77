/** How many invocations share a piece of the sampler's work where one on its own may be long. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { SAMPLE_TEAMS, type SampleTeam } from "../kernels/sample/sample.ts";

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
