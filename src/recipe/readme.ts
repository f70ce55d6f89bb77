/** README.md of a bundle. */
import type { Continuation } from "./continuation.ts";
import type { Counterpart, Counterparts, Value } from "./counterparts.ts";

/** What differs between the recipes. */
export interface RecipeText {
  readonly trainer: string;
  readonly install: string;
  readonly start: string;
  readonly notes: readonly string[];
}

/** What every bundle should be told about. */
const NOTES = [
  "Answers are read and compared by the rules of the lab's `answers: paper`.",
  "AdamW's moments, the random numbers and the place in the epoch are not carried over: the weights are.",
];

/** The text. */
export function bundleReadme(run: Continuation, list: Counterparts, text: RecipeText): string {
  const { dataset, questions, steps, stepsDone } = run;
  const rows = list.all().map((counterpart) => row(counterpart, list));
  return `# A run of TTRL Lab, continued with ${text.trainer}

The model after ${stepsDone} steps on ${dataset} (${questions.length} questions), and what it takes to go on for ${steps} steps.

    ${text.install}
    ${text.start}

${[...text.notes, ...NOTES].map((note) => `- ${note}`).join("\n")}

| setting | here | becomes | remark |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function row({ setting, becomes, note, isLost }: Counterpart, list: Counterparts): string {
  const names = [...becomes].map(([name, value]) => `\`${name}=${told(value)}\``).join(" ");
  const remark = isLost ? `**lost**: ${note}` : note;
  return `| ${setting} | ${list.config[setting]} | ${names === "" ? "–" : names} | ${remark} |`;
}

function told(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
