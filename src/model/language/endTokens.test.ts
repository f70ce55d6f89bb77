import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../formats/jsonObject.ts";
import { tokenizerFile } from "../fixture.ts";
import { endTokensOf } from "./endTokens.ts";
import { createTokenizer } from "./tokenizer.ts";

const own = tokenizerFile("tokenizer.json");
const [, , eos] = [0, 1, 2];
const CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

/** The embedded tokenizer with ChatML's tokens, 500 and 501. */
const tokenizerJson: JsonObject = {
  ...own,
  added_tokens: [
    ...(own["added_tokens"] as object[]),
    ...["<|im_start|>", "<|im_end|>"].map((content, i) => ({
      id: 500 + i,
      content,
      special: true,
      normalized: false,
    })),
  ],
};

function ends(tokenizerConfig: JsonObject, config: JsonObject = {}, generationConfig?: JsonObject): unknown {
  const folder = { config, tokenizerJson, tokenizerConfig, ...(generationConfig && { generationConfig }) };
  return endTokensOf(folder, createTokenizer(folder));
}

describe("end tokens", () => {
  test("are generation_config.json's, which may be several, else config.json's", () => {
    expect(ends({ eos_token: "<eos>" }, { eos_token_id: 5 }, { eos_token_id: [7, 8] })).toEqual({
      ids: [7, 8],
      notes: [],
    });
    expect(ends({ eos_token: "<eos>" }, { eos_token_id: 5 }, {})).toEqual({ ids: [5], notes: [] });
    expect(ends({ eos_token: "<eos>" }, { eos_token_id: 5 }, { eos_token_id: [] })).toEqual({
      ids: [5],
      notes: [],
    });
  });

  test("else the tokenizer's, which is said", () => {
    expect(ends({ eos_token: { content: "<eos>" } })).toEqual({
      ids: [eos],
      notes: [
        "responses end at <eos>, the eos_token of the tokenizer, since neither generation_config.json nor config.json names one",
      ],
    });
  });

  test("and the one that ends a turn in the chat template, as of base models", () => {
    expect(ends({ chat_template: CHATML, eos_token: "<eos>" }, { eos_token_id: eos })).toEqual({
      ids: [eos, 501],
      notes: [
        "responses end at <|im_end|>, which ends a turn in the chat template, in addition to the configured end token 2",
      ],
    });
    expect(ends({ chat_template: CHATML }, { eos_token_id: 501 })).toEqual({ ids: [501], notes: [] });
  });

  test("are none where nothing names one, which is said", () => {
    expect(ends({})).toEqual({ ids: [], notes: [expect.stringContaining("no token ends a response")] });
  });

  test.each(["2", [2, null], 1.5])("are ids, not %j", (eos_token_id) => {
    expect(() => ends({}, {}, { eos_token_id })).toThrow("generation_config.json: eos_token_id is");
  });
});
