/** The user's model, dropped on the page or chosen as a file. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, QUICK, test } from "./lab.ts";

const GGUF = new URL("../src/formats/fixtures/tiny-llama.gguf", import.meta.url);
const FOLDER = fileURLToPath(new URL("../public/models/abacus-0.1M", import.meta.url));

test("a dropped folder becomes the model of the next run", async ({ lab, page, context }) => {
  await lab.open({ ...QUICK, steps: 10_000, questionsPerStep: 1, maxResponseTokens: 16 });
  // A script cannot create a folder to drop, so the browser is instructed to.
  const browser = await context.newCDPSession(page);
  const data = { items: [], files: [FOLDER], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await browser.send("Input.dispatchDragEvent", { type, x: 700, y: 500, data });
  await expect(page.getByTestId("notice")).toContainText("abacus-0.1M is selected as the model");
  await expect(page.locator("#model-about")).toContainText("7 files, 0.56 MB, from this computer");
  await lab.runSteps(1);
  const [started] = await lab.eventsOf("started");
  expect(started?.model).toMatchObject({ name: "abacus-0.1M (local)", layers: 4 });
});

test("a folder can be chosen with a button, and one without a model or data set is refused with a message", async ({
  lab,
  page,
}) => {
  await lab.open();
  await page.getByTestId("folder-input").setInputFiles(FOLDER);
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("abacus-0.1M (local)");
  await page
    .getByTestId("folder-input")
    .setInputFiles(fileURLToPath(new URL("../docs/bench", import.meta.url)));
  await expect(page.getByTestId("dataset-reading")).toContainText("no data set is among bench/");
});

test("a GGUF file becomes the model of the next run", async ({ lab, page }) => {
  await lab.open({ ...QUICK, steps: 10_000, questionsPerStep: 1, maxResponseTokens: 16 });
  // The tiny model has no spaces.
  await lab.drop("mine.json", JSON.stringify([{ prompt: "1+2=", answer: "3" }]));
  const mimeType = "application/octet-stream";
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: "tiny.gguf", mimeType, buffer: readFileSync(GGUF) });
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("tiny");
  await lab.runSteps(1);
  const [started] = await lab.eventsOf("started");
  expect(started?.model).toMatchObject({ name: "tiny", layers: 2, width: 32, vocabulary: 97 });
});
