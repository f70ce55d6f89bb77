import { describe, expect, test } from "vitest";
import { tokenizerFile } from "./fixture.ts";
import { createTokenizer } from "./tokenizer.ts";

const json = tokenizerFile("tokenizer.json");
const config = tokenizerFile("tokenizer_config.json");
const [bos, eos] = [1, 2];

describe("the tokenizer of a model folder", () => {
  const tokenizer = createTokenizer(json, config);

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
    const chat = createTokenizer(json, { ...config, chat_template });
    expect(chat.decode(chat.encodePrompt("hi"))).toBe("<user>hi<reply>");
  });

  test("cannot do without a chat template, and says so", () => {
    expect(() => createTokenizer(json, {})).toThrow("tokenizer_config.json has no chat_template");
  });
});
