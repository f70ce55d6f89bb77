import { describe, expect, test } from "vitest";
import { at } from "../../math/at.ts";
import { openChatTemplate, templateText } from "./chatTemplate.ts";
import fixture from "./fixtures/templates.json" with { type: "json" };

const special = { named: new Map(Object.entries(fixture.special)) as never, additional: [] };
const { date } = fixture;

/** tools/oracle/make_template_fixtures.py: transformers 5.24.0 with Jinja2 3.1.6; null where it fails. */
describe("templates give transformers' prompts", () => {
  test.each(Object.entries(fixture.templates))("%s", (name, template) => {
    for (const [of, chat, given, text] of fixture.cases as [string, number, number, string | null][]) {
      if (of !== name) continue;
      const { tools, ...args } = at(fixture.args, given);
      const render = openChatTemplate(template, { special, args: { ...args, tools: tools ?? null }, date });
      const messages = at(fixture.chats, chat) as Parameters<typeof render>[0];
      if (text === null) expect(() => render(messages)).toThrow(RangeError);
      else expect(render(messages)).toBe(text);
    }
  });
});

describe("what a template has that is not computed is refused by name when it opens", () => {
  test.each([
    ["{{ 'a' | wordwrap }}", "the filter 'wordwrap' is not supported"],
    ["{{ a is escaped }}", "the test 'escaped' is not supported"],
    ["{{ 'a{}'.format(1) }}", "the method 'format' is not supported"],
    ["{{ joiner() }}", "the function 'joiner' is not supported"],
    ["{{ 1 < 2 < 3 }}", "a chain of comparisons is not supported"],
    ["{% include 'x' %}", "Unknown statement type: include"],
    ["{% if %}", "chat template cannot be used"],
  ])("%s", (template, message) => {
    expect(() => openChatTemplate(template, { special, args: {}, date })).toThrow(message);
  });

  test("a date in a form that is not known", () => {
    const render = openChatTemplate("{{ strftime_now('%U') }}", { special, args: {}, date });
    expect(() => render([])).toThrow("strftime_now of %U is not supported");
  });
});

test("the chat template is a string, or the entry default of a list", () => {
  expect(templateText("a")).toBe("a");
  expect(
    templateText([
      { name: "tools", template: "t" },
      { name: "default", template: "d" },
    ]),
  ).toBe("d");
  expect(templateText([{ name: "tools", template: "t" }])).toBe(null);
  expect(templateText(undefined)).toBe(null);
});
