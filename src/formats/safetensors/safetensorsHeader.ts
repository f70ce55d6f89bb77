/**
 * Header of a safetensors file: 8 bytes of length, then JSON with each tensor's dtype, shape and offsets. Files are
 * untrusted, so that everything is validated here before tensor data is read.
 */
import type { FloatType } from "../numbers/floats.ts";
import { isJsonObject, type JsonObject } from "../jsonObject.ts";

/** A safetensors file is invalid or unsupported. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

/** Supported element types, which are converted to float32. */
export const BYTES_PER_ELEMENT: Readonly<Record<FloatType, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** A tensor of the file; `begin` and `end` are byte offsets in the data section. */
interface TensorEntry {
  readonly name: string;
  readonly dtype: FloatType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A validated header: entries in file order, which fill the data section without gaps. */
interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Byte offset of the data section in the file. */
  readonly dataStart: number;
}

/** Maximum size of a header in bytes, as in the Rust library; a model of 1000 tensors has about 0.1 MB. */
const MAX_HEADER_BYTES = 100_000_000;

const DAMAGED = "The file is damaged or not a safetensors file: download or export it again.";

function fail(where: string, what: string, remedy = DAMAGED): never {
  throw new SafetensorsError(`safetensors ${where}: ${what}. ${remedy}`);
}

/** Reads and validates the header of a file of `size` bytes; `start` must include the whole header. */
export function readHeader(start: Uint8Array, size = start.length): SafetensorsHeader {
  const dataStart = headerSize(start, size);
  const root = parseHeader(start.subarray(8, dataStart));
  const entries: TensorEntry[] = [];
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(root)) {
    if (name === "__metadata__") metadata = checkMetadata(value);
    else entries.push(checkEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, size - dataStart);
  return { entries, metadata, dataStart };
}

/** Returns the header size, including its length field, given the first 8 bytes of a file of `size` bytes. */
export function headerSize(start: Uint8Array, size: number): number {
  if (size < 8) fail("file", `it has ${size} bytes, fewer than the 8 of the header length`);
  const declared = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER_BYTES)) {
    fail("header", `its declared length is ${declared} bytes, more than the ${MAX_HEADER_BYTES} accepted`);
  }
  if (declared > BigInt(size - 8)) {
    fail("header", `its declared length is ${declared} bytes, but only ${size - 8} follow`);
  }
  return 8 + Number(declared);
}

/** Parses a header as strictly as the Rust library: `JSON.parse` would accept 1e3 and -0 as sizes, and a field twice. */
function parseHeader(bytes: Uint8Array): JsonObject {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("header", "it is not valid UTF-8");
  }
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    return fail("header", `it is not valid JSON (${String(error).slice(0, 100)})`);
  }
  if (!isJsonObject(root)) return fail("header", "it is not an object");
  checkTokens(text);
  return root;
}

/** A string, with the colon after it if it is a key, or a character outside strings. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\S/g;

/** Fields of the format; the last of equal tensors and of equal keys of metadata counts, as in the Rust library. */
const FIELDS: ReadonlySet<string> = new Set(["__metadata__", "dtype", "shape", "data_offsets"]);

/** Rejects equal fields of an object, ill-formed strings, and anything but unsigned integers in shapes and offsets. */
function checkTokens(json: string): void {
  const open: Set<string>[] = [];
  let field = "";
  for (const [token, quoted, colon] of json.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    if (quoted === undefined) {
      if ((field === "shape" || field === "data_offsets") && !/[{}[\],0-9]/.test(token))
        fail("header", `${field} has ${quote(token)}, which is not part of an unsigned integer`);
      continue;
    }
    const value = JSON.parse(quoted) as string;
    if (/\p{Surrogate}/u.test(value)) fail("header", `${quoted.slice(0, 80)} is not a well-formed string`);
    if (colon === undefined) continue;
    field = value;
    if (!FIELDS.has(value)) continue;
    if (open.at(-1)?.has(value) === true) fail("header", `the key ${quote(value)} occurs twice`);
    open.at(-1)?.add(value);
  }
}

function checkMetadata(value: unknown): ReadonlyMap<string, string> {
  if (value === null) return new Map(); // as absent
  if (!isJsonObject(value)) return fail("header", "__metadata__ is not an object");
  return new Map(
    Object.entries(value).map(([key, item]) =>
      typeof item === "string" ? [key, item] : fail("header", `__metadata__ ${quote(key)} is not a string`),
    ),
  );
}

function checkEntry(name: string, value: unknown): TensorEntry {
  const where = `tensor ${quote(name)}`;
  if (!isJsonObject(value)) return fail(where, "its description is not an object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !isIntegers(shape) || !isIntegers(offsets))
    return fail(
      where,
      "its description must have dtype (string), shape and data_offsets (lists of integers below 2^53)",
    );
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    return fail(where, `data_offsets must be [begin, end] with begin <= end, not ${list(offsets)}`);
  }
  if (!isFloatType(dtype)) return failDtype(where, dtype);
  const bytes = byteCount(where, dtype, shape);
  if (bytes !== end - begin) {
    fail(where, `${dtype} of shape ${list(shape)} takes ${bytes} bytes, but its offsets span ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

function isFloatType(dtype: string): dtype is FloatType {
  return Object.hasOwn(BYTES_PER_ELEMENT, dtype);
}

const REMEDY =
  "Quantised weights are not computed here: choose the unquantised model, save it in float32 or float16, or take a GGUF file.";

function failDtype(where: string, dtype: string): never {
  const known = Object.keys(BYTES_PER_ELEMENT).join(", ");
  return fail(where, `dtype ${quote(dtype)} is not one of ${known}`, REMEDY);
}

function byteCount(where: string, dtype: FloatType, shape: readonly number[]): number {
  let bytes = BYTES_PER_ELEMENT[dtype];
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) fail(where, "its shape has more than 2^53 bytes");
  }
  return bytes;
}

/** Checks that tensors fill the data section without gaps or overlap. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      fail(
        `tensor ${quote(name)}`,
        `it begins at byte ${begin} of the data, but the previous tensor ends at ${covered}`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes)
    fail("data", `the header describes ${covered} bytes, but the file holds ${dataBytes}`);
}

/** Formats the first few values of a list for an error. */
function list(values: readonly number[]): string {
  return `[${values.slice(0, 8).join(", ")}${values.length > 8 ? ", ..." : ""}]`;
}

/** Quotes and shortens a name for an error. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}
