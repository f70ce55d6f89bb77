/** The settings of the method itself. Variants add settings of their own, and choices to `OPEN_FIELDS`. */
import { ADAPTER_FIELDS, adapterProblems } from "./adapterFields.ts";
import { choice, type ConfigOf } from "./field.ts";
import { SAMPLING_FIELDS } from "./samplingFields.ts";
import { EVALUATION_FIELDS, OPTIMIZER_FIELDS } from "./trainingFields.ts";
import { UPDATE_FIELDS } from "./updateFields.ts";

/** Settings with the same choices whatever variants there are. */
export const CLOSED_FIELDS = {
  ...SAMPLING_FIELDS,
  answers: choice(
    { group: "Rewards", label: "Answers", choices: ["corrected", "paper"] },
    "Rules that extract and compare answers. paper reproduces the authors' code: any last number is an answer, a missing answer votes and may win, 1/2 and 0.5 split the vote, units take letters with them, and label accuracy extracts from the label once more.",
  ),
  ...UPDATE_FIELDS,
  ...ADAPTER_FIELDS,
  ...OPTIMIZER_FIELDS,
  ...EVALUATION_FIELDS,
} as const;

/** Settings that variants add choices to; the default is always the paper's method. */
export const OPEN_FIELDS = {
  labelSource: choice(
    { group: "Rewards", label: "Label source", choices: ["majority"] },
    "What is rewarded; all but majority are controls. majority: agreement with this step's majority vote (TTRL)",
  ),
  voting: choice(
    { group: "Rewards", label: "Voting", choices: ["hard"] },
    "What answers earn where the label is the majority's. hard: 1 for the winner (TTRL)",
  ),
  advantage: choice(
    {
      group: "Update",
      label: "Advantage",
      choices: ["grpo", "dr-grpo", "rloo", "reinforce++", "reinforce++-baseline"],
    },
    "What a reward is compared with. grpo: the group's mean, divided by its standard deviation; dr-grpo: the mean only, so confident votes count for more; rloo: the mean of the others; reinforce++: all tokens of the step; reinforce++-baseline: the group's mean, then all tokens",
  ),
} as const;

/** The values of the core settings. */
export type CoreConfig = ConfigOf<typeof CLOSED_FIELDS> & Readonly<Record<keyof typeof OPEN_FIELDS, string>>;

/** Returns the core settings' conflicts, as sentences a user can act on. Values may be missing or of a wrong type. */
export function coreProblems(values: Readonly<Record<string, unknown>>): string[] {
  const problems = adapterProblems(values);
  const [source, voting] = [values["labelSource"], values["voting"]];
  if (isOther(source, "majority") && isOther(voting, "hard")) {
    problems.push(`voting (${voting}) must be hard unless labelSource (${source}) is majority`);
  }
  const votes = values["votesPerQuestion"] ?? CLOSED_FIELDS.votesPerQuestion.default;
  const rollouts = values["rolloutsPerQuestion"] ?? CLOSED_FIELDS.rolloutsPerQuestion.default;
  if (typeof votes === "number" && typeof rollouts === "number" && rollouts > votes) {
    problems.push(`rolloutsPerQuestion (${rollouts}) must not exceed votesPerQuestion (${votes})`);
  }
  return problems;
}

/** Returns whether a choice was given and is not its default. */
function isOther(value: unknown, fallback: string): value is string {
  return typeof value === "string" && value !== fallback;
}
