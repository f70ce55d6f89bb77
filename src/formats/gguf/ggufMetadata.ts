/** The metadata of a GGUF file, by kind of value: what has the wrong kind is refused by its key. */
import { GgufError } from "./ggufError.ts";
import type { GgufHeader } from "./ggufHeader.ts";
import type { GgufValue } from "./ggufParser.ts";

export class GgufMetadata {
  readonly #values: GgufHeader["metadata"];

  constructor(values: GgufHeader["metadata"]) {
    this.#values = values;
  }

  /** A number, or undefined when there is none of that key. */
  number(key: string): number | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "number" ? value : wrong(key, "one number", value);
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "string" ? value : wrong(key, "text", value);
  }

  boolean(key: string): boolean | undefined {
    const value = this.#values.get(key);
    return value === undefined || typeof value === "boolean" ? value : wrong(key, "true or false", value);
  }

  /** A list of texts, empty when there is none of that key. */
  texts(key: string): readonly string[] {
    const value = this.#values.get(key) ?? [];
    if (!Array.isArray(value)) return wrong(key, "a list of texts", value);
    return value.map((item: GgufValue) =>
      typeof item === "string" ? item : wrong(key, "a list of texts", value),
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
  throw new GgufError(`its metadata lacks ${key}`);
}

function wrong(key: string, wanted: string, value: GgufValue): never {
  const found = JSON.stringify(value).slice(0, 40);
  throw new GgufError(`its metadata says ${key} = ${found}, where ${wanted} is expected`);
}
