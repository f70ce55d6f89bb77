/** Ground truth in the controls that learn from it. */
import type { RewardSources, TrueLabels } from "../../contracts/hooks.ts";

/** Returns the ground truth that a run was given. Throws where it was given none. */
export function grantedTruth({ truth }: RewardSources, source: string): TrueLabels {
  if (truth === null) throw new Error(`label source "${source}" without true labels`);
  return truth;
}
