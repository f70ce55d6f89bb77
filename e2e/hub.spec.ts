/** A model of a Hub: downloaded despite an interruption, run, still available offline after a reload, and deleted. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FakeHub } from "../src/hub/fixture.ts";
import { test as base, type Page } from "@playwright/test";
import { expect, Lab, QUICK } from "./lab.ts";

const FOLDER = fileURLToPath(new URL("../public/models/abacus-0.1M/", import.meta.url));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

base("a model comes from the Hub once, and then from this browser", async ({ page }) => {
  base.slow(); // two runs and a reload
  const names = readdirSync(FOLDER);
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(FOLDER + name))]));
  const hub = await new FakeHub({ name: "org/tiny", commit: COMMIT, files }).start();
  const cut = withResolver();
  hub.fault = ({ path, turn }) =>
    path === "model.safetensors" && turn === 0 ? { cutAfter: 100_000, cutWhen: cut.promise } : {};
  const lab = new Lab(page);
  await lab.open({ ...QUICK, steps: 10_000, questionsPerStep: 1, maxResponseTokens: 16 });
  expect(lab.requests.filter((url) => url.startsWith(hub.endpoint))).toEqual([]);

  await lab.button("More models…").click();
  await page.getByText("Access token and server").click();
  await page.getByLabel("Server").fill(hub.endpoint);
  await page.getByLabel("Model", { exact: true }).last().fill("org/tiny");
  await lab.button("Look up").click();
  await expect(page.getByTestId("hub-task")).toContainText("org/tiny at commit 0123456789ab: 5 files");
  await page.getByRole("button", { name: /^Download/ }).click();
  await expect.poll(() => storedBytes(page), { timeout: 30_000 }).toBe(100_000);
  cut.resolve();
  await expect(page.getByTestId("stored-models")).toContainText("org/tiny at 0123456789ab");
  expect(hub.of("model.safetensors").map(({ headers }) => headers.range !== undefined)).toEqual([
    false,
    true,
  ]);
  await page.keyboard.press("Escape");
  await lab.runSteps(1);

  await hub.stop();
  await page.reload();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue(`org/tiny@${COMMIT}`);
  await lab.runSteps(1);
  await lab.button("Stop").click();
  await lab.button("More models…").click();
  await page.getByRole("button", { name: "Delete org/tiny" }).click();
  await expect(page.getByTestId("stored-models")).toContainText("None.");
  await expect(page.getByLabel("Model", { exact: true }).first()).not.toHaveValue(`org/tiny@${COMMIT}`);
});

/** A promise and the function that resolves it. */
function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Returns the bytes of weights in the origin private file system. */
function storedBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    try {
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
      const folder = await models.getDirectoryHandle(
        encodeURIComponent("org/tiny@0123456789abcdef0123456789abcdef01234567"),
      );
      return (await (await folder.getFileHandle("model.safetensors")).getFile()).size;
    } catch {
      return 0; // not begun
    }
  });
}
