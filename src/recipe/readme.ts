/** README.md of a recipe bundle. */
import type { Continuation } from "./continuation.ts";
import { valueText, type Counterpart, type Counterparts } from "./counterparts.ts";

/** Texts that differ between recipes. */
export interface RecipeText {
  readonly trainer: string;
  readonly install: string;
  readonly start: string;
  readonly notes: readonly string[];
}

/** Notes of every bundle. */
const NOTES = [
  "Answers are extracted and compared by the rules of the lab's `answers: paper`.",
  "Only the weights are carried over; AdamW's moments, the random state and the position in the epoch are not.",
];

/** Writes the README: how to start, notes, and the table of settings. */
export function bundleReadme(run: Continuation, list: Counterparts, text: RecipeText): string {
  const { dataset, questions, steps, stepsDone } = run;
  const rows = list.all().map((counterpart) => row(counterpart, list));
  return `# A run of TTRL Lab, continued with ${text.trainer}

Continues the model after ${stepsDone} steps on ${dataset} (${questions.length} questions) for another ${steps} steps.

    ${text.install}
    ${text.start}

${[...text.notes, ...NOTES].map((note) => `- ${note}`).join("\n")}

| setting | run | becomes | remark |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function row({ setting, becomes, note, isLost }: Counterpart, list: Counterparts): string {
  const names = [...becomes].map(([name, value]) => `\`${name}=${valueText(value)}\``).join(" ");
  const remark = isLost ? `**lost**: ${note}` : note;
  return `| ${setting} | ${list.config[setting]} | ${names === "" ? "–" : names} | ${remark} |`;
}
