/** The curated models: what they need of this machine, a measured speed, and one of them from a Hub, by keyboard. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test as base } from "@playwright/test";
import { CURATED } from "../src/hub/curated.ts";
import { FakeHub } from "../src/hub/fixture.ts";
import { violations } from "./axe.ts";
import { expect, Lab, test } from "./lab.ts";

const FOLDER = fileURLToPath(new URL("../public/models/abacus-0.1M/", import.meta.url));
const [SMALLEST] = CURATED;

test("the models are one click away, with their fit and, once measured, their speed", async ({
  lab,
  page,
}) => {
  await lab.open({}, "wasm");
  await lab.button("More models…").click();
  const offers = page.getByTestId("model-offers");
  await expect(offers.getByRole("listitem").filter({ hasText: "parameters" })).toHaveCount(CURATED.length);
  await expect(offers).toContainText("Fits: about");
  await expect(offers).toContainText("Does not fit: the run needs about");
  await expect(offers).toContainText("Llama 3.2 Community License");
  await expect(offers).toContainText("Gated: accept Meta's licence");
  await lab.button("Estimate speed (2 seconds)").click();
  await expect(offers.getByText(/about [\d.]+ tokens\/s/)).toHaveCount(CURATED.length, { timeout: 60_000 });
  await expect(offers).toContainText("Expected speeds are estimates");
  expect(await violations(page, [".dialog"])).toEqual([]);
  await page.reload();
  await lab.button("More models…").click();
  await expect(offers.getByText(/about [\d.]+ tokens\/s/)).toHaveCount(CURATED.length); // kept
});

base(
  "a model is taken at its commit, by keyboard; a closed Hub and a gated model are told",
  async ({ page }) => {
    base.slow(); // a run
    const { repository, commit } = SMALLEST!;
    const files = new Map(
      readdirSync(FOLDER).map((name) => [name, new Uint8Array(readFileSync(FOLDER + name))]),
    );
    const hub = await new FakeHub({ name: repository, commit, files }).start();
    const { endpoint } = hub;
    const lab = new Lab(page);
    await lab.open({ questionsPerStep: 1, maxResponseTokens: 16 }, "wasm");
    await lab.button("More models…").click();
    await page.getByText("Access token and server").click();
    await page.getByLabel("Server").fill(endpoint);
    const task = page.getByTestId("hub-task");
    hub.fault = () => ({ status: 401 });
    const asSet = page.getByRole("button", {
      name: `Look up ${repository}, bf16 · 269 MB, current settings`,
    });
    await asSet.click();
    await expect(task).toContainText("private, gated or does not exist. No access token was given");
    hub.fault = () => ({});
    await page.getByRole("button", { name: `Look up ${repository}, bf16 · 269 MB, LoRA` }).focus();
    await page.keyboard.press("Enter");
    await expect(task).toContainText(`${repository} at commit ${commit.slice(0, 12)}`);
    await expect(page.getByLabel("Trained")).toHaveValue("lora");
    await page.getByRole("button", { name: /^Download/ }).press("Enter");
    await expect(page.getByTestId("stored-models")).toContainText(`${repository} at ${commit.slice(0, 12)}`);
    await hub.stop();
    await page
      .getByRole("button", { name: `Use ${repository}, bf16 · stored, current settings` })
      .press("Enter");
    await expect(page.getByLabel("Model", { exact: true })).toHaveValue(`${repository}@${commit}`);
    await lab.runSteps(1);
    await lab.button("Stop").click();
    await lab.button("More models…").click();
    await page.getByText("Access token and server").click();
    await page.getByLabel("Server").fill(endpoint);
    await page.getByRole("button", { name: /^Look up Qwen\/Qwen3-0.6B, bf16/ }).click();
    await expect(task).toContainText("cannot be reached", { timeout: 30_000 });
  },
);
