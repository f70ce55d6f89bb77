import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../formats/byteSource.ts";
import { ggufBytes, ggufMutations, type EditableGguf } from "../formats/gguf/fixture.ts";
import { at } from "../math/at.ts";
import { firstToken } from "../formats/huggingface/specialTokens.ts";
import { scored } from "./fixture.ts";

/** What llama.cpp or the lab makes of a file. */
interface Outcome {
  /** Of the tokens of `row` from the second. */
  readonly logprobs: readonly number[];
  /** Ids of `text`. */
  readonly tokens: readonly number[];
  /** Ids that end a response. */
  readonly ends: readonly number[];
  /** Id that begins a text. */
  readonly bos: number | null;
}

interface Fixture {
  readonly seed: number;
  readonly each: number;
  readonly row: readonly number[];
  readonly text: string;
  /** In the order of `ggufMutations`; null where llama.cpp refuses the file or aborts. */
  readonly cases: readonly {
    readonly base: string;
    readonly name: string;
    readonly llama: Outcome | null;
  }[];
}

const path = new URL("fixtures/ggufMutations.json", import.meta.url);
const { seed, each, row, text, cases } = JSON.parse(readFileSync(path, "utf8")) as Fixture; // committed file
const mutations = await ggufMutations(seed, each);

/** Returns what the lab computes, up to the end of its context, or the error that refuses the file. */
async function outcomeOf(file: EditableGguf): Promise<Outcome | Error> {
  try {
    const { texts, model, logprobs } = await scored(new Map([["m.gguf", bytesSource(ggufBytes(file))]]), [
      row,
    ]);
    const bos = firstToken(texts.tokenizerJson["post_processor"]);
    return {
      logprobs: at(logprobs, 0),
      tokens: Array.from(model.tokenizer.encode(text)),
      ends: [...model.config.eosTokens].sort((a, b) => a - b),
      bos: bos === null ? null : at([...model.tokenizer.encode(bos)], 0),
    };
  } catch (error) {
    return error as Error;
  }
}

const REFUSALS = ["GgufError", "ModelConfigError", "WeightsError", "TokenizerError"];

/** Changes the values of a tensor, or nothing, not what a file says. */
const isValues = (name: string): boolean => name === "unchanged" || name.startsWith("scale ");

describe("a GGUF file of which one thing is changed gives llama.cpp's numbers or is refused in a sentence", () => {
  test("the committed outcomes are those of these files", () => {
    expect(mutations.map(({ base, name }) => [base, name])).toEqual(
      cases.map(({ base, name }) => [base, name]),
    );
  });

  test.each(cases.map((one, i) => [`${one.base}: ${one.name}`, one, i] as const))("%s", async (_, one, i) => {
    const found = await outcomeOf(at(mutations, i).file);
    if (found instanceof Error) {
      expect(REFUSALS, found.stack).toContain(found.name);
      expect(found.message).toMatch(/^[^\n]{20,900}$/);
      expect(isValues(one.name), found.message).toBe(false);
      return;
    }
    expect(one.llama, "llama.cpp refuses this file").not.toBeNull();
    const { logprobs = [], ...others } = one.llama ?? {};
    const { logprobs: ours, ...own } = found;
    expect(own).toEqual(others);
    // Both float32, sums in another order.
    for (const [position, value] of ours.entries())
      expect(Math.abs(value - at(logprobs, position))).toBeLessThan(1e-3);
  });
});
