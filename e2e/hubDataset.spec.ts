/** A data set of a Hub: searched for, downloaded, opened, and remembered. */
import { test as base } from "@playwright/test";
import { writeParquet } from "../src/formats/parquet.ts";
import { FakeHub } from "../src/hub/fixture.ts";
import { violations } from "./axe.ts";
import { expect, Lab, QUICK } from "./lab.ts";

const shard = (first: number, count: number): Uint8Array =>
  writeParquet(
    { struct: { question: "text", answer: "text" } },
    Array.from({ length: count }, (_, i) => ({
      question: `What is ${first + i} + 1?`,
      answer: `One more.\n#### ${first + i + 1}`,
    })),
  );

base("a data set comes from the Hub, a split at a time", async ({ page }) => {
  base.slow(); // a run
  const hub = await new FakeHub({
    name: "datasets/org/sums",
    commit: "0123456789abcdef0123456789abcdef01234567",
    files: new Map([
      ["main/train-00000-of-00002.parquet", shard(0, 20)],
      ["main/train-00001-of-00002.parquet", shard(20, 20)],
      ["main/test-00000-of-00001.parquet", shard(40, 3)],
    ]),
  }).start();
  const lab = new Lab(page);
  await lab.open({ ...QUICK, questionsPerStep: 1, maxResponseTokens: 16 });

  await lab.button("Data sets on the Hub…").click();
  await page.getByText("Access token and server").click();
  await page.getByLabel("Server").fill(hub.endpoint);
  await page.getByLabel("Search data sets").fill("sums");
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Found" }).getByRole("button", { name: "org/sums" }).click();
  const task = page.getByTestId("hub-task");
  await expect(task).toContainText('Split "main/test" is read; there is also "main/train".');
  expect(await violations(page)).toEqual([]);
  await task.getByLabel("Split").selectOption("main/train");
  await expect(task).toContainText("2 files");
  await task.getByRole("button", { name: /^Download/ }).click();

  await expect(page.getByRole("dialog")).toBeHidden({ timeout: 30_000 });
  await expect(lab.reading()).toContainText("40 questions, all with answers");
  await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText(
    "org/sums:main/train",
  );
  expect(hub.of("main/test-00000-of-00001.parquet")).toEqual([]);
  await lab.runSteps(1);
  await lab.button("Stop").click();

  await page.reload();
  await lab.button("Data sets on the Hub…").click();
  await page.getByText("Access token and server").click();
  await page.getByLabel("Server").fill(hub.endpoint);
  const asked = hub.of("main/train-00000-of-00002.parquet").length;
  await page.getByRole("button", { name: "org/sums:main/train", exact: true }).click();
  await lab.button("Use what is stored").click();
  await expect(lab.reading()).toContainText("40 questions, all with answers");
  expect(hub.of("main/train-00000-of-00002.parquet")).toHaveLength(asked);
  await hub.stop();
});
