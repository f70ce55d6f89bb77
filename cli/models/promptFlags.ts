/** The options that decide how a question becomes a prompt. */
import { templateArgs } from "../../src/rl/contracts/prompt.ts";
import type { PromptFrame } from "../../src/rl/contracts/types.ts";
import { InputError, messageOf } from "../inputError.ts";

export interface PromptFlags {
  readonly system: string;
  readonly suffix: string;
  readonly template?: string;
  /** Each name=value. */
  readonly templateArg?: readonly string[];
  /** yyyy-mm-dd; today if absent. */
  readonly date?: string;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Returns the frame of every prompt. Throws `InputError`. */
export function frameOf({
  system,
  suffix,
  template,
  templateArg = [],
  date = today(),
}: PromptFlags): PromptFrame {
  try {
    const args = templateArg.length === 0 ? {} : { templateArgs: templateArgs(templateArg) };
    return { system, suffix, ...(template !== undefined && { template }), ...args, date };
  } catch (error) {
    throw new InputError(messageOf(error));
  }
}
