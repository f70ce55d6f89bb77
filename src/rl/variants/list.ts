/**
 * All variants of the method. Removing a line removes the variant with its settings, choices, flags, form fields and
 * metrics. Where several reshape rewards or advantages, they do so in this order.
 */
import { ppo } from "../companions/ppo.ts";
import { prime } from "../companions/prime.ts";
import { authorsCode } from "./authorsCode.ts";
import { formatReward } from "./labels/formatReward.ts";
import { initialMajority } from "./labels/initialMajority.ts";
import { randomLabels } from "./labels/randomLabels.ts";
import { randomRewards } from "./labels/randomRewards.ts";
import { trueLabels } from "./labels/trueLabels.ts";
import { wrongMajority } from "./labels/wrongMajority.ts";
import { remax } from "./remax.ts";
import { advantageShaping } from "./remedies/advantageShaping.ts";
import { consensusGate } from "./remedies/consensusGate.ts";
import { earlyStop } from "./remedies/earlyStop.ts";
import { novelty } from "./remedies/novelty.ts";
import { questionTrust } from "./remedies/questionTrust.ts";
import { voteEntropyBand } from "./remedies/voteEntropyBand.ts";
import { emaTeacher } from "./votes/emaTeacher.ts";
import { entropyWeightedVotes } from "./votes/entropyWeightedVotes.ts";
import { multiLabel } from "./votes/multiLabel.ts";
import { selectiveVotes } from "./votes/selectiveVotes.ts";
import { sequentialVoting } from "./votes/sequentialVoting.ts";
import { softVotes } from "./votes/softVotes.ts";

export const VARIANTS = [
  trueLabels,
  initialMajority,
  randomLabels,
  randomRewards,
  wrongMajority,
  formatReward,
  softVotes,
  entropyWeightedVotes,
  selectiveVotes,
  multiLabel,
  sequentialVoting,
  emaTeacher,
  novelty,
  consensusGate,
  voteEntropyBand,
  advantageShaping,
  questionTrust,
  earlyStop,
  authorsCode,
  remax,
  ppo,
  prime,
] as const;
