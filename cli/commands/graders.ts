/** The option that picks a set of grading rules. */
import { Option } from "commander";
import { GRADERS, type GradingSetting } from "../../src/grading/graders.ts";

/** `--setting paper|corrected`. */
export function settingOption(): Option {
  return new Option("--setting <rules>", "whose rules: corrected, or paper for the authors' to the letter")
    .choices(Object.keys(GRADERS))
    .default("corrected" satisfies GradingSetting);
}
