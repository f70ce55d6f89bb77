import { describe, expect, test } from "vitest";
import { HubError } from "./hubError.ts";
import { openHub } from "./hub.ts";
import { parseModelId } from "./hubId.ts";

describe("what a user writes", () => {
  test.each([
    ["org/tiny", { repository: "org/tiny", revision: "main", file: null }],
    [" hf:org/tiny@v1.0 ", { repository: "org/tiny", revision: "v1.0", file: null }],
    ["org/tiny@refs/pr/3", { repository: "org/tiny", revision: "refs/pr/3", file: null }],
    ["org/tiny:a b/c.gguf", { repository: "org/tiny", revision: "main", file: "a b/c.gguf" }],
    ["org/tiny@v2:c.GGUF", { repository: "org/tiny", revision: "v2", file: "c.GGUF" }],
  ])("%s is a model", (written, id) => {
    expect(parseModelId(written)).toEqual(id);
  });

  test.each([
    "",
    "tiny",
    "org/",
    "org/tiny/more",
    "../tiny",
    "org/tiny@a/../b",
    "org/tiny:../a.gguf",
    "org/tiny:a.bin",
  ])('"%s" is none', (written) => expect(() => parseModelId(written)).toThrow(HubError));

  test("an address or a token that cannot be one is refused without telling the token", () => {
    expect(() => openHub("huggingface.co", null)).toThrow('"huggingface.co" is not the address');
    expect(() => openHub("ftp://a", null)).toThrow(HubError);
    expect(() => openHub("https://huggingface.co/", "hf_a\nb")).toThrow(/^(?!.*hf_a).*token/);
    expect(openHub("https://mirror.example/hub/", null).endpoint).toBe("https://mirror.example/hub");
  });
});
