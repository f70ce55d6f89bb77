#!/usr/bin/env node
/** The headless lab: `npm run -s ttrl -- <command>`. Data goes to standard output, everything else to standard error. */
import { CommanderError } from "commander";
import { errorCode, isInputError, messageOf } from "./inputError.ts";
import { createProgram } from "./program.ts";

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (errorCode(error) === "EPIPE") process.exit(0);
    throw error;
  });
}

const status = await createProgram()
  .parseAsync()
  .then(() => Number(process.exitCode ?? 0), statusOf);
// Native backends keep threads of their own alive; the program ends once its output is written.
process.stdout.write("", () => process.exit(status));

/** Tells the user what went wrong; returns the exit status. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
  if (error instanceof CommanderError && error.code === "commander.help")
    return complain(
      "name a command: run, try, eval, generate, score, vote, extract, grade, plan, models, export or experiment; ttrl --help explains them",
    );
  if (error instanceof CommanderError) return complain(messageOf(error).replace(/^error: /, ""));
  if (isInputError(error)) return complain(messageOf(error));
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  return 1;
}

function complain(message: string): number {
  console.error(`ttrl: ${message}`);
  return 2;
}
