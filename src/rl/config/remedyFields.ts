/** The part of the configuration's table that changes who votes, how long, and how far votes are trusted; all off by default. */
import { choice, integer, real } from "./configField.ts";

/** What these fields hold. */
export interface RemedyConfig {
  readonly voteBatch: number;
  readonly voteConfidence: number;
  readonly teacherShare: number;
  readonly teacherDecay: number;
  readonly teacherDecayEnd: number;
  readonly novelty: Novelty;
  readonly questionTrust: QuestionTrust;
  readonly trustCentre: number;
  readonly labelTrustWidth: number;
  readonly questionTrustWidth: number;
}

/** What tells responses of one answer apart; formula and source in `rl/variants/novelty.ts`. */
export type Novelty = "none" | "n-grams";

/** What questions count for; formula and source in `rl/variants/labelWeights.ts`. */
export type QuestionTrust = "equal" | "initial-consensus";

/** Who votes, and how long; in the order a form shows them. */
export const VOTER_FIELDS = {
  voteBatch: integer(
    "Votes",
    "Vote batch",
    0,
    [0, 1024],
    "responses",
    "Votes are drawn so many at a time, and a question draws no more once its winner is safe (OptPO; try 16); 0 draws all at once.",
  ),
  voteConfidence: real(
    "Votes",
    "Vote confidence",
    0.95,
    [0.5, 0.9999],
    "",
    "With a vote batch, how probable it must be that the leading answer beats the runner-up before a question draws no more; higher saves less.",
  ),
  teacherShare: real(
    "Votes",
    "Teacher's share",
    0,
    [0, 1],
    "",
    "Share of the votes cast by a teacher, a moving average of the policy that lags behind it (M-GRPO: 0.25, Co-rewarding-II: 1); 0 keeps no second model.",
  ),
  teacherDecay: real(
    "Votes",
    "Teacher's decay",
    0.99,
    [0, 0.99999],
    "",
    "How much of its own weights the teacher keeps at each step; the rest is the policy's (M-GRPO: 0.99, which suits some hundred steps and more).",
  ),
  teacherDecayEnd: real(
    "Votes",
    "Teacher's final decay",
    0,
    [0, 0.99999],
    "",
    "The decay rises to this along a half cosine by the last step (Co-rewarding-II: 0.9999); 0 holds it.",
  ),
} as const;

/** How far votes are trusted; in the order a form shows them. */
export const TRUST_FIELDS = {
  novelty: choice(
    "Rewards",
    "Novelty",
    ["none", "n-grams"],
    "n-grams rewards agreeing responses between 1/2 and 1 and dissenting ones between -1 and -1/2, the more the less they share with others in runs of tokens; no answer earns -1 (EVOL-RL, with an upper clip range of 0.28 and an entropy coefficient of 0.003).",
  ),
  questionTrust: choice(
    "Rewards",
    "Question weights",
    ["equal", "initial-consensus"],
    "initial-consensus lets a question count for more the more the initial model's votes agreed on it, by the trust in a share; the votes are taken once, before the first step (RESTRAIN).",
  ),
  trustCentre: real(
    "Rewards",
    "Trust centre",
    1,
    [0, 1],
    "",
    "With multi-label votes or question weights, the share of the votes that is trusted most; 1 lets trust rise with the share (RESTRAIN).",
  ),
  labelTrustWidth: real(
    "Rewards",
    "Label trust width",
    0.2,
    [0.01, 10],
    "",
    "With multi-label votes, the width of the bell around the trust centre; narrow trusts the winner alone, wide trusts rare answers too (RESTRAIN).",
  ),
  questionTrustWidth: real(
    "Rewards",
    "Question trust width",
    0.5,
    [0.01, 10],
    "",
    "With question weights, the width of the bell around the trust centre; wide lets all questions count alike (RESTRAIN).",
  ),
} as const;

/** What does not go together, as sentences a user can act on. Values may be missing or of a wrong type. */
export function remedyProblems(values: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const [batch, share] = [values["voteBatch"], values["teacherShare"]];
  if (isPositive(batch) && isPositive(share)) {
    problems.push(`voteBatch (${batch}) must be 0 where a teacher votes: teacherShare is ${share}`);
  }
  const [novelty, advantage] = [values["novelty"], values["advantage"]];
  if (novelty === "n-grams" && advantage === "remax") {
    problems.push('novelty (n-grams) has nothing to compare the greedy response with: advantage must not be remax'); // prettier-ignore
  }
  return problems;
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}
