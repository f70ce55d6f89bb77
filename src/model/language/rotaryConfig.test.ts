import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rotaryFrequencies, rotaryMagnitude } from "../../math/rotary.ts";
import { readModelConfig, writeModelConfig } from "./config.ts";

interface Case {
  readonly config: Readonly<Record<string, unknown>>;
  /** [headDim/2] */
  readonly frequencies: readonly number[];
  readonly magnitude: number;
}

const CASES = JSON.parse(
  readFileSync(new URL("../fixtures/rotary.json", import.meta.url), "utf8"),
) as readonly Case[]; // committed file

test.each(CASES)("$config.rope_scaling $config.rope_parameters as in transformers", (one) => {
  const read = readModelConfig(one.config);
  for (const rotary of [read, readModelConfig(writeModelConfig(read))]) {
    const frequencies = rotaryFrequencies(rotary);
    expect(frequencies).toHaveLength(one.frequencies.length);
    // transformers computes in float32, with an error of some 1e-7 per power and product.
    for (const [i, frequency] of one.frequencies.entries())
      expect(Math.abs(frequencies[i]! / frequency - 1)).toBeLessThan(1e-6);
    expect(Math.abs(rotaryMagnitude(rotary) / one.magnitude - 1)).toBeLessThan(1e-6);
  }
});
