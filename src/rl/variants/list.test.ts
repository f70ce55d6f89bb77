import { createElement, type ComponentProps } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Variant } from "../contracts/variant.ts";
import { names, QUICK, ThreeNumberPolicy, uniform } from "../fixture.ts";
import { initialLoopState } from "../loop/loopState.ts";
import { createRegistry, type Registry } from "../registry.ts";
import { ttrl } from "../ttrl.ts";
import { VARIANTS } from "./list.ts";

const ALL: readonly Variant[] = VARIANTS;
const PROMPTS = names(4);
const SET = { questions: PROMPTS.map((prompt) => ({ id: prompt, prompt })), task: "math" } as const;

/** Trains three numbers for three steps, and returns what the policy and the groups have become. */
async function trained(registry: Registry, values: object = {}) {
  const models = new ThreeNumberPolicy(uniform(PROMPTS));
  const config = registry.configFrom({ ...QUICK, steps: 3, questionsPerStep: 2, ...values });
  const groups: unknown[] = [];
  const loop = { models, set: SET, method: registry.methodOf(config) };
  for await (const { outcome } of ttrl(loop, initialLoopState(config))) groups.push(outcome.groups);
  return { groups, logits: [...models.logits] };
}

/** Names that no other variant declares. */
function own(variant: Variant, of: (variant: Variant) => readonly string[]): string[] {
  const others = new Set(ALL.filter((other) => other !== variant).flatMap(of));
  return of(variant).filter((name) => !others.has(name));
}

const all = createRegistry(ALL);

/** Builds the command line's settings and the page's form from a list of variants. */
async function interfacesOf(variants: readonly Variant[]) {
  vi.resetModules();
  vi.doMock("./list.ts", () => ({ VARIANTS: variants }));
  const { configOptions } = await import("../../../cli/commands/options.ts");
  const { readSettings } = await import("../../../cli/files/settings.ts");
  const { createSettingsStore, DEFAULT_SETTINGS } = await import("../../store/setup/settings.ts");
  const { PageProvider } = await import("../../ui/page.tsx");
  const { ConfigForm } = await import("../../ui/setup/ConfigForm.tsx");
  const lab = { settings: createSettingsStore(DEFAULT_SETTINGS) };
  const value = { lab } as unknown as ComponentProps<typeof PageProvider>["value"];
  return {
    options: configOptions(),
    set: (assignment: string) => readSettings({ set: [assignment] }),
    form: renderToStaticMarkup(
      createElement(PageProvider, { value }, createElement(ConfigForm, { isLocked: false })),
    ),
  };
}

// Other test files share this process: they must load the whole list again.
afterAll(() => {
  vi.doUnmock("./list.ts");
  vi.resetModules();
});

describe.each(ALL)("without the variant $name", (variant) => {
  const rest = createRegistry(ALL.filter((other) => other !== variant));

  test("its settings and metrics are gone, and all others are there", () => {
    const fields = own(variant, (each) => Object.keys(each.fields));
    const metrics = own(variant, (each) => Object.keys(each.metrics));
    const left = Object.keys(all.fields).filter((name) => !fields.includes(name));
    expect(Object.keys(rest.fields).sort()).toEqual(left.sort()); // a shared setting may change its place
    expect(Object.keys(rest.metrics)).toEqual(
      Object.keys(all.metrics).filter((name) => !metrics.includes(name)),
    );
    for (const name of fields) expect(rest.problems({ [name]: 1 })[0]).toContain(`unknown setting "${name}"`);
  });

  test("its choices are refused, and are no part of the help", () => {
    for (const [field, added] of Object.entries(variant.choices)) {
      for (const [choice, meaning] of Object.entries(added)) {
        expect(all.problems({ [field]: choice })).toEqual([]);
        expect(rest.problems({ [field]: choice })[0]).toContain(`${field} must be one of`);
        expect(all.fields[field]!.meaning).toContain(`${choice}: ${meaning}`);
        expect(rest.fields[field]!.meaning).not.toContain(meaning);
      }
    }
  });

  test("its flags, form fields and choices are gone", async () => {
    const whole = await interfacesOf(ALL);
    const left = await interfacesOf(ALL.filter((each) => each !== variant));
    const has = ({ options, form }: typeof whole, name: string) => [
      options.some((option) => option.attributeName() === name),
      form.includes(`id="config-${name}"`),
    ];
    for (const name of own(variant, (each) => Object.keys(each.fields))) {
      expect([has(whole, name), has(left, name)]).toEqual([
        [true, true],
        [false, false],
      ]);
      expect(() => left.set(`${name}=1`)).toThrow(`unknown setting "${name}"`);
    }
    const help = ({ options }: typeof whole) => options.map(({ description }) => description).join("\n");
    for (const [choice, meaning] of Object.values(variant.choices).flatMap((added) =>
      Object.entries(added),
    )) {
      expect([help(whole).includes(meaning), help(left).includes(meaning)]).toEqual([true, false]);
      const option = `<option value="${choice}"`;
      expect([whole.form.includes(option), left.form.includes(option)]).toEqual([true, false]);
    }
  });

  test("the paper's method runs as before, and so does every other choice", async () => {
    expect(await trained(rest)).toEqual(await trained(all));
    const choices = Object.entries(rest.fields).flatMap(([name, field]) =>
      field.kind === "choice" && field.group === "Rewards"
        ? field.choices.map((choice) => [name, choice])
        : [],
    );
    for (const [name = "", choice] of choices) {
      const config = rest.configFrom({ [name]: choice });
      if (rest.methodOf(config).learnsFromTruth) continue; // needs an answer key
      await expect(trained(rest, { [name]: choice })).resolves.toBeDefined();
    }
  });
});

test("every variant has a name of its own, and something to set it by", () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  for (const { fields, choices } of ALL)
    expect(Object.keys(fields).length + Object.keys(choices).length).toBeGreaterThan(0);
});

test("two variants that claim one hook are refused together", () => {
  const config = all.configFrom({ voteBatch: 4 });
  expect(() => all.methodOf({ ...config, teacherShare: 0.5 } as typeof config)).toThrow(
    '2 variants set the hook "voters"',
  );
});
