import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelsCommand, ModelsEvent } from "../worker/models/modelsClient.ts";
import { createModelOffersStore, type ModelOffer } from "./modelOffers.ts";
import { createSettingsStore, DEFAULT_SETTINGS } from "./setup/settings.ts";

const kept = new Map<string, string>();
beforeEach(() =>
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  }),
);
afterEach(() => {
  kept.clear();
  vi.unstubAllGlobals();
});

const OFFER = { repository: "a/b" } as ModelOffer;

/** A store whose worker answers a command with these events. */
function storeOf(answers: Partial<Record<ModelsCommand["type"], readonly ModelsEvent[]>>) {
  const settings = createSettingsStore(DEFAULT_SETTINGS);
  const offers = createModelOffersStore(settings, {
    run(command, listener) {
      for (const event of answers[command.type] ?? []) listener(event);
      return () => undefined;
    },
  });
  return { settings, offers };
}

const PLANNED: readonly ModelsEvent[] = [
  { type: "machine", key: "speed 1 webgpu, A" },
  { type: "offered", offer: OFFER },
  { type: "planned" },
];

test("keeps the speed of a machine for the next visit, and of no other machine", () => {
  const { offers } = storeOf({
    offer: PLANNED,
    measure: [{ type: "measured", speed: { weightsPerSecond: 7 } }],
  });
  offers.plan();
  expect(offers.getState()).toMatchObject({ status: "planned", offers: [OFFER], speed: null });
  offers.measure();
  expect(offers.getState()).toMatchObject({ isMeasuring: false, speed: { weightsPerSecond: 7 } });
  const next = storeOf({ offer: PLANNED }).offers;
  next.plan();
  expect(next.getState().speed).toEqual({ weightsPerSecond: 7 });
  const other = storeOf({ offer: [{ type: "machine", key: "speed 1 webgpu, B" }] }).offers;
  other.plan();
  expect(other.getState().speed).toBeNull();
});

test("takes no kept speed that is none", () => {
  kept.set("speed 1 webgpu, A", '{"weightsPerSecond":"fast"}');
  const { offers } = storeOf({ offer: PLANNED });
  offers.plan();
  expect(offers.getState().speed).toBeNull();
});

test("says why measuring failed", () => {
  const { offers } = storeOf({ measure: [{ type: "failed", message: "no adapter" }] });
  offers.measure();
  expect(offers.getState()).toMatchObject({
    isMeasuring: false,
    problem: "The speed could not be measured (no adapter).",
  });
});

test("applies the settings of a variant, and plans none with invalid settings", () => {
  const { settings, offers } = storeOf({ offer: PLANNED });
  const variant = { format: "q8_0", id: "a/b", bytes: 1, memory: null, problem: null } as const;
  offers.apply({ ...variant, settings: { trainable: "lora", basePrecision: "q8_0" } });
  expect(settings.getState().texts).toMatchObject({ trainable: "lora", basePrecision: "q8_0" });
  settings.setState(({ texts }) => ({ texts: { ...texts, steps: "many" } }));
  offers.plan();
  expect(offers.getState()).toMatchObject({ status: "planned", offers: [] });
  expect(offers.getState().problem).toContain("Correct the settings");
});
