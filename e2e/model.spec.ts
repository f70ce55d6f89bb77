/** A model of one's own, dropped on the page. */
import { readFileSync } from "node:fs";
import { expect, QUICK, test } from "./lab.ts";

const GGUF = new URL("../src/formats/fixtures/tiny-llama.gguf", import.meta.url);

test("a GGUF file becomes the model of the next run", async ({ lab, page }) => {
  await lab.open({ ...QUICK, questionsPerStep: 1, maxResponseTokens: 16 });
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
