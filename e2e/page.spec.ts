/** The page with a simulated worker: states, widths, links and files that take long to reach in real runs. */
import { expect, test, type Page } from "@playwright/test";
import { violations } from "./axe.ts";
import { playRuns } from "./fakeWorker.ts";

const FAST = { stepTime: 20 };

async function open(page: Page, address = "./"): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeEnabled();
}

async function reachStep(page: Page, step: number): Promise<void> {
  const progress = page.getByTestId("progress");
  await expect
    .poll(async () => Number(await progress.getAttribute("data-step")), { timeout: 30_000 })
    .toBeGreaterThanOrEqual(step);
}

async function startAndPause(page: Page, step = 3): Promise<void> {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await reachStep(page, step);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: "Resume" })).toBeEnabled();
}

async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName, { type: "application/json" }));
      return data;
    },
    [name, text] as const,
  );
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

test("axe finds no violations before, during and after a run, in dialogs and in tables", async ({ page }) => {
  test.slow(); // six looks at a long page, in two themes each
  await playRuns(page, FAST);
  await open(page);
  expect(await violations(page)).toEqual([]);
  await startAndPause(page);
  await page
    .getByRole("button", { name: /^Show \d+ responses$/ })
    .first()
    .click();
  await page.getByRole("button", { name: "pass@1 as a table" }).click();
  await page.getByText("Sampling", { exact: true }).last().click();
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await violations(page)).toEqual([]);
  }
  await page.getByRole("button", { name: "All metrics" }).click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("button", { name: "Start new run" })).toBeEnabled();
  await page.getByLabel("Temperature").first().fill("hot");
  expect(await violations(page)).toEqual([]);
});

test("nothing overflows at widths from 360 to 3840 pixels", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 900 });
  await playRuns(page, FAST);
  await open(page);
  await startAndPause(page);
  for (const width of [360, 768, 1440, 2560, 3840]) {
    await page.setViewportSize({ width, height: 900 });
    await expect(page.getByTestId("chart-passAt1").locator("svg.recharts-surface")).toBeVisible();
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await expect.poll(overflow, `at ${width} pixels`).toBeLessThanOrEqual(0); // charts follow the window
  }
});

test("a click on a curve shows the votes of that step", async ({ page }) => {
  await playRuns(page, FAST);
  await open(page);
  await startAndPause(page, 6);
  const chart = page.getByTestId("chart-passAt1");
  const place = { position: { x: 130, y: 40 } };
  await chart.locator("svg.recharts-surface").hover(place);
  await expect(chart.getByText(/^Step [1-3]$/)).toBeVisible();
  await chart.locator("svg.recharts-surface").click(place);
  await expect(page.getByLabel("Step shown")).toHaveValue(/^[1-3]$/);
  await page.getByRole("button", { name: "Follow latest" }).click();
  await expect(page.getByLabel("Step shown")).toHaveValue(/^([6-9]|\d\d)$/);
});

test("a file that is not a data set is refused with a message, and the current data set is kept", async ({
  page,
}) => {
  await playRuns(page, FAST);
  await open(page);
  await page.getByTestId("file-input").setInputFiles({
    name: "broken.json",
    mimeType: "application/json",
    buffer: Buffer.from("[{"),
  });
  await expect(page.getByTestId("dataset-reading")).toContainText("broken.json");
  await expect(page.getByTestId("dataset-reading")).toContainText("Word problems is still in use");
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeEnabled();
});

test("a link reproduces a setup, and a wrong value is reported at its field", async ({ page }) => {
  await playRuns(page, FAST);
  await open(page, "./#dataset=expression.json&steps=7&seed=3");
  await expect(page.getByLabel("Data set", { exact: true })).toHaveValue("expression.json");
  await expect(page.getByText("Ready: 7 steps")).toBeVisible();
  await page.getByText("Loop", { exact: true }).click();
  const steps = page.getByLabel("Steps", { exact: true });
  await steps.fill("0");
  await expect(page.getByText("Steps must be within 1 and 100000; got 0.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "Reset Steps" }).click();
  await expect(page).toHaveURL(/#dataset=expression\.json&seed=3$/);
});

test("an exported configuration restores the setup when it is dropped", async ({ page }) => {
  await playRuns(page, FAST);
  await open(page, "./#steps=900&temperature=0.7");
  await startAndPause(page);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Configuration" }).click();
  const file = await (await saving).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of file) chunks.push(Buffer.from(chunk as Uint8Array));
  await open(page, "./?again");
  await dropFile(page, "configuration.json", Buffer.concat(chunks).toString());
  await expect(page.getByText("Ready: 900 steps")).toBeVisible();
  // The day of the run is part of its prompts, so the configuration keeps it.
  await expect(page).toHaveURL(
    /#model=.*&dataset=word\.json&date=\d{4}-\d\d-\d\d&steps=900&temperature=0\.7$/,
  );
});

test("the model is exported in every possible format with its size, with a reason for the others", async ({
  page,
}) => {
  await playRuns(page, { stepTime: 200 });
  await open(page);
  const folder = page.getByRole("group", { name: "Hugging Face folder" });
  const gguf = page.getByRole("group", { name: "GGUF" });
  await expect(folder.getByRole("button", { name: "F32" })).toBeDisabled();
  await startAndPause(page);
  await expect(gguf).toContainText("llama.cpp has no name for how this tokenizer cuts texts.");
  await expect(gguf.getByRole("button")).toHaveCount(0);

  const saving = page.waitForEvent("download");
  await folder.getByRole("button", { name: "F32 0.86 MB" }).click();
  await expect(page.getByText(/Writing 0\.\d+ MB of 0\.86 MB/)).toBeVisible();
  expect((await saving).suggestedFilename()).toBe("model.zip");
  await folder.getByRole("button", { name: /^F16/ }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toHaveCount(0);
  await expect(folder.getByRole("button", { name: /^F16/ })).toBeEnabled();
});

test("a large model is written to the file the user chooses", async ({ page }) => {
  await page.addInitScript(() => {
    const showSaveFilePicker = async ({ suggestedName }: { readonly suggestedName: string }) =>
      (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    Object.assign(window, { showSaveFilePicker });
  });
  await playRuns(page, FAST);
  await open(page);
  await startAndPause(page);
  await page.getByRole("button", { name: "BF16 432 MB" }).click();
  await expect(page.getByText("Saved model.zip.")).toBeVisible();
});

test("a failure shows its message and keeps the charts", async ({ page }) => {
  await playRuns(page, { ...FAST, failsAt: 4 });
  await open(page);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByTestId("failure")).toContainText("The GPU was lost");
  await expect(page.getByTestId("chart-passAt1")).toHaveAttribute("data-points", "3");
  await expect(page.getByRole("button", { name: "Metrics CSV" })).toBeEnabled();
  await expect(page.getByRole("button", { name: "Start new run" })).toBeEnabled();
});
