import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../formats/byteSource.ts";
import type { JsonObject } from "../formats/jsonObject.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import { packedPieces } from "../formats/numbers/narrowFloats.ts";
import { readSafetensors } from "../formats/safetensors/safetensors.ts";
import { at } from "../math/at.ts";
import type { Tensor } from "../math/tensor.ts";
import { tinyFolder, tokenizerFile } from "../model/fixture.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import { scored } from "./fixture.ts";
import { openModel } from "./openModel.ts";

/** A change of one thing in a folder, as tools/oracle/make_mutation_fixture.py makes it. */
type Mutation =
  | { readonly kind: "drop" | "scale" | "cut"; readonly name: string }
  | { readonly kind: "rename" | "swap"; readonly name: string; readonly to: string }
  | { readonly kind: "add"; readonly name: string; readonly like: string }
  | { readonly kind: "cast"; readonly name: string; readonly dtype: string }
  | { readonly kind: "field"; readonly field: string; readonly value: unknown }
  | { readonly kind: "without"; readonly field: string };

interface Case {
  readonly base: string;
  readonly mutation: Mutation;
  /** transformers' logprobs at `positions`; null where it refuses the folder or starts tensors at random. */
  readonly logprobs: readonly number[] | null;
}

interface Cases {
  readonly row: readonly number[];
  readonly positions: readonly number[];
  readonly cases: readonly Case[];
}

const read = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
const { row, positions, cases } = JSON.parse(read("fixtures/mutations.json").toString()) as Cases; // committed file

/** A folder's parts that mutations change. */
interface Parts {
  readonly config: Record<string, unknown>;
  readonly weights: Map<string, Tensor>;
  /** Types of tensors that are not F32. */
  readonly dtypes: Map<string, string>;
}

function changed({ base, mutation }: Case): Parts {
  const folder = `../model/fixtures/${base}/`;
  const config = JSON.parse(read(`${folder}config.json`).toString()) as Record<string, unknown>;
  const { tensors: weights } = readSafetensors(read(`${folder}model.safetensors`));
  const dtypes = new Map<string, string>();
  apply(mutation, { config, weights, dtypes });
  return { config, weights, dtypes };
}

function apply(mutation: Mutation, { config, weights, dtypes }: Parts): void {
  const tensor = (name: string): Tensor => weights.get(name)!;
  const scaled = (name: string, factor: number): Tensor => {
    const { shape, data } = tensor(name);
    return { shape, data: data.map((value) => value * factor) };
  };
  if (mutation.kind === "field") config[mutation.field] = mutation.value;
  else if (mutation.kind === "without") Reflect.deleteProperty(config, mutation.field);
  else if (mutation.kind === "add") weights.set(mutation.name, scaled(mutation.like, 0.5));
  else if (mutation.kind === "scale") weights.set(mutation.name, scaled(mutation.name, 1.5));
  else if (mutation.kind === "cast") dtypes.set(mutation.name, mutation.dtype);
  else {
    const { name } = mutation;
    const { shape, data } = tensor(name);
    if (mutation.kind === "swap") weights.set(name, tensor(mutation.to));
    else weights.delete(name);
    if (mutation.kind === "rename" || mutation.kind === "swap") weights.set(mutation.to, { shape, data });
    if (mutation.kind !== "cut") return;
    const [rows, ...rest] = [at(shape, 0), ...shape.slice(1)];
    const left = [rows - 1, ...rest];
    weights.set(name, { shape: left, data: data.subarray(0, (data.length / rows) * (rows - 1)) });
  }
}

/** Bytes of values in a type of safetensors. */
function bytesAs(dtype: string, data: Float32Array): Uint8Array {
  if (dtype === "F64") return new Uint8Array(Float64Array.from(data).buffer);
  if (dtype === "I32") return new Uint8Array(Int32Array.from(data).buffer);
  if (dtype === "F8_E4M3") return new Uint8Array(data.length);
  const packing = dtype === "F16" || dtype === "BF16" ? dtype : "F32";
  return Buffer.concat([...packedPieces("", data, packing)].map((piece) => piece.slice())); // pieces share a buffer
}

function safetensorsOf({ weights, dtypes }: Parts): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of weights) {
    const dtype = dtypes.get(name) ?? "F32";
    const bytes = bytesAs(dtype, data);
    header[name] = { dtype, shape, data_offsets: [end, (end += bytes.length)] };
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

/** A tokenizer of single letters, within every embedding. */
const TOKENIZER = { ...tokenizerFile("tokenizer.json"), added_tokens: [] };
const small = { ...TOKENIZER, model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] } };

/** Returns the logprobs that the lab computes at the positions within its context, or the error that refuses the folder. */
async function outcome(parts: Parts): Promise<Map<number, number> | Error> {
  const json = (value: unknown) => bytesSource(Buffer.from(JSON.stringify(value)));
  try {
    const files = new Map([
      ["config.json", json(parts.config)],
      ["tokenizer.json", json(small)],
      ["tokenizer_config.json", json({})],
      ["model.safetensors", bytesSource(safetensorsOf(parts))],
    ]);
    const logprobs = at((await scored(files, [row])).logprobs, 0);
    return new Map(positions.filter((p) => p <= logprobs.length).map((p) => [p, at(logprobs, p - 1)]));
  } catch (error) {
    return error as Error;
  }
}

/** transformers 5 fails at a null that its version 4 took as absent, as the lab does. */
function isLenient(mutation: Mutation): boolean {
  return mutation.kind === "field" && mutation.field === "head_dim" && mutation.value === null;
}

/** Changes values of tensors, not what a folder says. */
function isValues({ kind, ...rest }: Mutation): boolean {
  if (kind === "cast") return "dtype" in rest && !["I32", "F8_E4M3"].includes(rest.dtype);
  return kind === "scale" || kind === "swap";
}

const REFUSALS = [
  "ModelConfigError",
  "ModelFolderError",
  "SafetensorsError",
  "WeightsError",
  "TokenizerError",
];

/** Values that a field is unlikely to expect; undefined leaves it out. */
const ODD = [undefined, null, 7, -1, 1.5, "text", true, [], {}, [1, 2], ["a"], { content: "x" }];

/** Returns the paths of an object's fields, those of nested objects and lists included. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

/** Returns an object with another value at a path. */
function withValue(object: object, [key = "", ...rest]: readonly string[], value: unknown): object {
  const inner: unknown = Reflect.get(object, key);
  const copy = Array.isArray(object) ? [...(object as unknown[])] : { ...object };
  const replaced = rest.length === 0 ? value : withValue(inner as object, rest, value);
  Reflect.set(copy, key, replaced);
  return copy;
}

describe("a folder of which one field of a text is odd opens, or is refused in a sentence", () => {
  const tiny = tinyFolder();
  const folder = { ...tiny, generationConfig: { eos_token_id: [2], bos_token_id: 1, temperature: 0.6 } };
  test.each(["config", "generationConfig", "tokenizerConfig"] as const)("%s", async (part) => {
    for (const path of pathsIn(folder[part]))
      for (const value of ODD) {
        const files = writeModelFolder({
          ...folder,
          [part]: withValue(folder[part], path, value) as JsonObject,
        });
        try {
          const sources = [...files].map(([name, bytes]) => [name, bytesSource(bytes)] as const);
          const { tokenizer } = readLanguageModel((await openModel(new Map(sources))).texts);
          expect(tokenizer.encodePrompt("What is 2 + 3?").length).toBeGreaterThan(0);
        } catch (error) {
          const { name, message, stack } = error as Error;
          expect(REFUSALS, `${path.join(".")} = ${JSON.stringify(value)}: ${stack}`).toContain(name);
          expect(message).toMatch(/^[^\n]{20,900}$/);
        }
      }
  });
});

describe("a folder of which one thing is changed gives transformers' logprobs or is refused in a sentence", () => {
  test.each(cases.map((one) => [JSON.stringify(one.mutation), one] as const))("%s", async (_, one) => {
    const found = await outcome(changed(one));
    if (found instanceof Error) {
      expect(REFUSALS, found.stack).toContain(found.name);
      if (one.logprobs !== null) expect(isValues(one.mutation), found.message).toBe(false);
      expect(found.message).toMatch(/^[^\n]{20,900}$/);
      return;
    }
    if (isLenient(one.mutation)) return;
    expect(one.logprobs, "transformers refuses this folder").not.toBeNull();
    for (const [position, value] of found)
      // float32 against float64
      expect(Math.abs(value - at(one.logprobs ?? [], positions.indexOf(position)))).toBeLessThan(1e-4);
  });
});
