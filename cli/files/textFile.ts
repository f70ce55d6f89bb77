/** Text files that the user names. */
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { InputError, errorCode, messageOf } from "../inputError.ts";

/** A file's text and the SHA-256 of its bytes in hex. */
export interface TextFile {
  readonly text: string;
  readonly sha256: string;
}

/** Bytes of a file; `path` may be "-" for standard input. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    return failReading(path, error);
  }
}

/** Says why the system does not read a file. */
export function failReading(path: string, error: unknown): never {
  const reason = REASONS.get(errorCode(error) ?? "") ?? messageOf(error);
  throw new InputError(`${path}: ${reason}; name a file that can be read`);
}

const REASONS = new Map([
  ["ENOENT", "there is no such file"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "reading it is not permitted"],
  ["ENOTDIR", "part of the path is a file"],
]);

/** Reads a file as UTF-8. */
export function readText(path: string): TextFile {
  const bytes = readBytes(path);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), sha256: sha256(bytes) };
  } catch {
    throw new InputError(`${path}: it is not UTF-8 text; save it as UTF-8`);
  }
}

/** SHA-256 in hex, of several pieces as of one. */
export function sha256(...pieces: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** The same of files that need not fit in memory. */
export async function filesSha256(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const piece of createReadStream(path)) hash.update(piece as Buffer); // no encoding is set
  return hash.digest("hex");
}
