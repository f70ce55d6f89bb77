/** JSONL: one JSON object a line, in and out. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type * as z from "zod";
import { InputError, errorCode, messageOf } from "../inputError.ts";

/** The objects of a file ("-": standard input), each checked by `schema`, as they arrive. Blank lines are skipped. */
export async function* readJsonLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const name = path === "-" ? "standard input" : path;
  const input = path === "-" ? process.stdin : openFile(path);
  // readline does not pass its input's errors on.
  const failure = new Promise<never>((_, reject) => input.once("error", reject));
  failure.catch(() => {}); // reported by the race below
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (let line = 1; ; line++) {
    const next = await Promise.race([lines.next(), failure]).catch((error: unknown) => {
      throw unreadable(name, error);
    });
    if (next.done === true) return;
    const text = line === 1 ? next.value.replace(/^\uFEFF/, "") : next.value;
    if (text.trim() !== "") yield parseLine(text, schema, `${name}, line ${line}`);
  }
}

/** Opens a file, unpacked if its name ends with .gz. */
function openFile(path: string): NodeJS.ReadableStream {
  const file = createReadStream(path);
  if (!path.endsWith(".gz")) return file;
  return pipeline(file, createGunzip(), () => undefined); // the unpacked stream reports the error
}

function unreadable(name: string, error: unknown): InputError {
  const reason = errorCode(error) === "ENOENT" ? "there is no such file" : messageOf(error);
  return new InputError(`${name}: ${reason}; name a JSONL file that can be read, or - for standard input`);
}

function parseLine<T>(text: string, schema: z.ZodType<T>, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${place}: not JSON (${messageOf(error)}); give one JSON object a line`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InputError(`${place}: ${issuesOf(parsed.error)}`);
  return parsed.data;
}

/** A schema's complaints in one line: `responses: expected array`. */
export function issuesOf(error: z.core.$ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `"${path.join(".")}" ${message}`))
    .map((issue) => issue.replace("Invalid input: ", ""))
    .join("; ");
}

/** Writes one object as a line of standard output. */
export function writeJsonLine(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
