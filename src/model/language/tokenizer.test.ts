import { describe, expect, test } from "vitest";
import { tokenizerFile } from "../fixture.ts";
import type { JsonObject } from "../../formats/jsonObject.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

const json = tokenizerFile("tokenizer.json");
const config = tokenizerFile("tokenizer_config.json");
const [bos, eos] = [1, 2];

function open(tokenizerConfig: JsonObject, frame?: PromptFrame, tokenizerJson: JsonObject = json): Tokenizer {
  return createTokenizer({ tokenizerJson, tokenizerConfig }, frame);
}

describe("the tokenizer of a model folder", () => {
  const tokenizer = open(config);

  test.each(["46+59=105. \\boxed{105}", "Zoë says: 你好 🌍\n\tend ", ""])("gives back %j", (text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test("adds no special tokens of its own and leaves them out of the text", () => {
    const tokens = tokenizer.encode("7");
    expect(tokens).toHaveLength(1);
    expect(tokenizer.decode([bos, ...tokens, eos])).toBe("7");
    expect(tokenizer.decode([eos])).toBe("");
  });

  test("keeps spaces before punctuation, which a clean-up would eat", () => {
    expect(tokenizer.decode(tokenizer.encode("a , b ."))).toBe("a , b .");
  });

  test("shows a question to the model in its chat template", () => {
    expect([...tokenizer.encodePrompt("1+1=")]).toEqual([bos, ...tokenizer.encode("1+1=\n")]);
  });

  test("asks for a reply where the template can", () => {
    const chat_template =
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<reply>{% endif %}";
    const chat = open({ ...config, chat_template });
    expect(chat.decode(chat.encodePrompt("hi"))).toBe("<user>hi<reply>");
  });

  test("puts a system prompt before the question and a suffix into its turn", () => {
    const chat_template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    const framed = (system: string, suffix: string): string => {
      const chat = open({ ...config, chat_template }, { system, suffix });
      return chat.decode(chat.encodePrompt("hi"));
    };
    expect(framed("Be brief.", "\nBox it.")).toBe("<system>Be brief.<user>hi\nBox it.");
    expect(framed("", "!")).toBe("<user>hi!");
  });

  test("says so when a template refuses a system prompt", () => {
    const chat_template =
      "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0].content }}";
    const chat = open({ ...config, chat_template }, { system: "Be brief.", suffix: "" });
    expect(() => chat.encodePrompt("hi")).toThrow(
      "chat template rejects the prompt: System role not supported",
    );
  });

  test("renders the prompt as it is encoded, special tokens written out", () => {
    expect(tokenizer.promptText("1+1=")).toBe("<bos>1+1=\n");
    expect([...tokenizer.encode(tokenizer.promptText("1+1="))]).toEqual([...tokenizer.encodePrompt("1+1=")]);
    expect(tokenizer.hasChatTemplate).toBe(true);
  });

  test("without a chat template gives the bare text, and says so", () => {
    const bare = open({}, { system: "Be brief.", suffix: "!" });
    expect(bare.promptText("1+1=")).toBe("Be brief.\n1+1=!\n");
    expect(bare.hasChatTemplate).toBe(false);
  });
});

describe("the frame of a run", () => {
  const chat_template = "{{ strftime_now('%d %b %Y') }} {{ enable_thinking }} {{ messages[0].content }}";
  const frame = { system: "", suffix: "" };

  test("gives the template its arguments and the recorded day", () => {
    const chat = open(
      { ...config, chat_template },
      { ...frame, templateArgs: { enable_thinking: false }, date: "2026-03-05" },
    );
    expect(chat.promptText("hi")).toBe("05 Mar 2026 False hi");
    expect(open({ ...config, chat_template }).promptText("hi")).toBe("26 Jul 2024  hi");
  });

  test("has a template in place of the model's own, or of none", () => {
    const template = "Q: {{ messages[0].content }} A:";
    for (const own of [{ ...config, chat_template }, {}]) {
      const chat = open(own, { ...frame, template });
      expect(chat.promptText("hi")).toBe("Q: hi A:");
      expect(chat.hasChatTemplate).toBe(true);
    }
  });
});

describe("what other models' folders say otherwise", () => {
  const rendered = (changes: object, tokenizerJson: JsonObject = json): string => {
    const tokenizer = open({ ...config, ...changes }, undefined, tokenizerJson);
    return tokenizer.decode(tokenizer.encodePrompt("hi"));
  };

  test("special tokens written as objects", () => {
    const chat_template = "{{ eos_token | length }}{{ messages[0].content }}{{ bos_token }}";
    expect(rendered({ chat_template, eos_token: { content: "<eos>" }, bos_token: null })).toBe("5hi");
  });

  test("several chat templates", () => {
    const chat_template = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "talk" },
    ];
    expect(rendered({ chat_template })).toBe("talk");
    expect(rendered({ chat_template: chat_template.slice(0, 1) })).toBe("hi\n");
  });

  test("a day in the prompt, which is the same every day", () => {
    const chat_template =
      "{% if not date_string is defined %}{% set date_string = strftime_now('%d') %}{% endif %}{{ date_string }}";
    expect(rendered({ chat_template })).toBe("26");
  });

  /** Python's tokenizers 0.23: Digits(individual_digits=True).pre_tokenize_str("a1½²b") is a, 1, ½, ², b. */
  test("a cut at digits, which are all numeric characters", () => {
    const pieces = ["a", "1", "½", "²", "b", "1½"];
    const model = { type: "BPE", vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])) };
    const digits = { type: "Digits", individual_digits: true };
    const none = { normalizer: null, post_processor: null, decoder: null };
    const whole = { ...none, added_tokens: [], model: { ...model, merges: ["1 ½"] } };
    const read = (pre_tokenizer: JsonObject): number[] => [
      ...open(config, undefined, { ...whole, pre_tokenizer }).encode("a1½²b"),
    ];
    expect(read(digits)).toEqual([0, 1, 2, 3, 4]);
    expect(read({ type: "Sequence", pretokenizers: [digits] })).toEqual([0, 1, 2, 3, 4]);
    expect(read({ ...digits, individual_digits: false })).toEqual([0, 5, 3, 4]);
  });
});
