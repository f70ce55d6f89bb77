/** Typed access to the metadata of a GGUF file. Methods throw `GgufError` for a value of the wrong type. */
import { GgufError } from "./ggufError.ts";
import type { GgufHeader } from "./ggufHeader.ts";
import type { GgufValue } from "./ggufParser.ts";

export class GgufMetadata {
  readonly #values: GgufHeader["metadata"];

  constructor(values: GgufHeader["metadata"]) {
    this.#values = values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Returns a number, or undefined if the key is absent. */
  number(key: string): number | undefined {
    return this.#optional(key, isNumber, "a number");
  }

  text(key: string): string | undefined {
    return this.#optional(key, isText, "a string");
  }

  flag(key: string): boolean | undefined {
    return this.#optional(key, isFlag, "true or false");
  }

  /** Returns a list of strings, empty if the key is absent. */
  texts(key: string): readonly string[] {
    return this.#optional(key, listOf(isText), "a list of strings") ?? [];
  }

  numbers(key: string): readonly number[] {
    return this.#optional(key, listOf(isNumber), "a list of numbers") ?? [];
  }

  required(key: string): number {
    return this.number(key) ?? missing(key);
  }

  requiredText(key: string): string {
    return this.text(key) ?? missing(key);
  }

  #optional<Value extends GgufValue>(key: string, is: Guard<Value>, expected: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined || is(value)) return value;
    throw new GgufError(`metadata ${key} is ${JSON.stringify(value).slice(0, 40)}, not ${expected}`);
  }
}

type Guard<Value extends GgufValue> = (value: GgufValue) => value is Value;

const isNumber = (value: GgufValue): value is number => typeof value === "number";
const isFlag = (value: GgufValue): value is boolean => typeof value === "boolean";
const isText = (value: GgufValue): value is string => typeof value === "string";

function listOf<Item extends GgufValue>(is: Guard<Item>): Guard<readonly Item[]> {
  return (value): value is readonly Item[] => Array.isArray(value) && value.every(is);
}

function missing(key: string): never {
  throw new GgufError(`metadata ${key} is missing`);
}
