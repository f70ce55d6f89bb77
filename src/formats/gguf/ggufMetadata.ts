/** Typed access to the metadata of a GGUF file. Methods throw `GgufError` for a value of the wrong type. */
import { GgufError } from "./ggufError.ts";
import type { GgufHeader } from "./ggufHeader.ts";
import type { GgufValue } from "./ggufParser.ts";

export class GgufMetadata {
  readonly #values: GgufHeader["metadata"];

  constructor(values: GgufHeader["metadata"]) {
    this.#values = values;
  }

  /** Returns a number, or undefined if the key is absent. */
  number(key: string): number | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "number" ? value : wrong(key, "a number", value);
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "string" ? value : wrong(key, "a string", value);
  }

  boolean(key: string): boolean | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "boolean" ? value : wrong(key, "a boolean", value);
  }

  /** Returns a list of strings, empty if the key is absent. */
  texts(key: string): readonly string[] {
    const value = this.#values.get(key) ?? [];
    if (!Array.isArray(value)) return wrong(key, "a list of strings", value);
    return value.map((item: GgufValue) =>
      typeof item === "string" ? item : wrong(key, "a list of strings", value),
    );
  }

  numbers(key: string): readonly number[] {
    const value = this.#values.get(key) ?? [];
    if (!Array.isArray(value)) return wrong(key, "a list of numbers", value);
    return value.map((item: GgufValue) =>
      typeof item === "number" ? item : wrong(key, "a list of numbers", value),
    );
  }

  required(key: string): number {
    return this.number(key) ?? missing(key);
  }

  requiredText(key: string): string {
    return this.text(key) ?? missing(key);
  }
}

function missing(key: string): never {
  throw new GgufError(`metadata ${key} is missing`);
}

function wrong(key: string, expected: string, value: GgufValue): never {
  const found = JSON.stringify(value).slice(0, 40);
  throw new GgufError(`metadata ${key} is ${found}, not ${expected}`);
}
