import { expect, test } from "vitest";
import { frameOf } from "./promptFlags.ts";

const usual = { system: "", suffix: "", date: "2026-07-26" };

test("template arguments are JSON values or else texts", () => {
  const templateArg = [
    "enable_thinking=false",
    "greeting=hi there",
    "level=3",
    'tools=[{"name":"a=b"}]',
    "empty=",
  ];
  expect(frameOf({ ...usual, templateArg, template: "{{ x }}" })).toEqual({
    ...usual,
    template: "{{ x }}",
    templateArgs: {
      enable_thinking: false,
      greeting: "hi there",
      level: 3,
      tools: [{ name: "a=b" }],
      empty: "",
    },
  });
});

test("without options there is only the day", () => {
  expect(frameOf({ system: "", suffix: "" })).toEqual({
    system: "",
    suffix: "",
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
  });
});

test.each(["enable_thinking", "=1", "messages=[]"])("%s is no argument", (argument) => {
  expect(() => frameOf({ ...usual, templateArg: [argument] })).toThrow("write it as name=value");
});
