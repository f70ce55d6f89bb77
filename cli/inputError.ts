/** What the user gave is wrong: told in one line, status 2. Everything else is a bug: its stack, status 1. */
import { DatasetError } from "../src/data/datasetError.ts";
import { ModelFolderError } from "../src/formats/huggingface/modelFolder.ts";
import { SafetensorsError } from "../src/formats/safetensors/safetensors.ts";
import { HubError } from "../src/hub/hubError.ts";

/** Something the user gave is wrong: the message says what, where, and what to do. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Whether an error is about what the user gave. */
export function isInputError(error: unknown): error is Error {
  return [InputError, DatasetError, ModelFolderError, SafetensorsError, HubError].some(
    (kind) => error instanceof kind,
  );
}

/** The message of whatever was thrown, in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\s*\n\s*/g, " ");
}

/** The system's code of a failed file operation, e.g. "ENOENT". */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
