/** Errors in what the user gave are printed in one line with exit status 2; all others are bugs: stack trace, status 1. */
import { DatasetError } from "../src/data/datasetError.ts";
import { ModelFolderError } from "../src/formats/huggingface/modelFolder.ts";
import { SafetensorsError } from "../src/formats/safetensors/safetensors.ts";
import { HubError } from "../src/hub/hubError.ts";
import { LabError } from "../src/lab/labError.ts";

/** An error in the user's input: the message says what is wrong, where, and what to do. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Returns true for errors in the user's input. */
export function isInputError(error: unknown): error is Error {
  return [InputError, LabError, DatasetError, ModelFolderError, SafetensorsError, HubError].some(
    (kind) => error instanceof kind,
  );
}

/** Runs `work`; attributes its errors to the file at `place`, unless they name one. */
export async function atPlace<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError || error instanceof LabError) throw error;
    throw new InputError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns the message of a thrown value in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\s*\n\s*/g, " ");
}

/** Returns the system's code of a failed file operation, e.g. "ENOENT"; null for other errors. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
