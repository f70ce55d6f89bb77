/** The main use: drop a file, train, export the weights and use them elsewhere. */
import type { Locator } from "@playwright/test";
import { parquetReadObjects } from "hyparquet";
import { bytesSource } from "../src/formats/byteSource.ts";
import { openGgufModel } from "../src/formats/gguf/ggufModel.ts";
import { readModelFolder, wholeFolder, type ModelFolder } from "../src/formats/huggingface/modelFolder.ts";
import { readPeftAdapter } from "../src/formats/huggingface/peftAdapter.ts";
import { unzip } from "../src/formats/zip/zip.ts";
import { HEADLINE_CHARTS } from "../src/ui/charts/data/chartSpecs.ts";
import { embeddedModel, exportedModel, exportedText, sha256 } from "./exported.ts";
import { expect, QUICK, test } from "./lab.ts";
import { evaluateElsewhere } from "./elsewhere.ts";

const QUESTIONS = [
  { id: "a", prompt: "Zoe has 17 pens. She finds 8 more. How many pens now?", answer: "25" },
  { id: "b", prompt: "Eva has 10 eggs. She sells 4. How many eggs now?", answer: "6" },
  { id: "c", prompt: "Ida has 12 cards. She buys 2 more. How many cards now?", answer: "14" },
  { id: "d", prompt: "Ben has 9 cups. He loses 3. How many cups now?", answer: "6" },
];

test("a model trains on a dropped data set, and its exported weights give the same results elsewhere", async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.drop("own.json", JSON.stringify(QUESTIONS));
  await expect(lab.reading()).toContainText("4 questions, all with answers");

  await lab.runSteps(3);
  for (const { id } of HEADLINE_CHARTS) {
    await expect.poll(() => verticesDrawn(lab.chart(id)), id).toBeGreaterThanOrEqual(3);
  }

  const first = await lab.saveModel("Hugging Face folder", "F32");
  const second = await lab.saveModel("Hugging Face folder", "F32");
  expect(first.name).toMatch(/^abacus-.*\.zip$/);
  // The saved file equals the one the worker sent, and exporting twice gives the same file.
  expect((await lab.eventsOf("exported")).map((event) => event.sha256)).toEqual([
    sha256(first),
    sha256(first),
  ]);
  expect(sha256(second)).toBe(sha256(first));
  const trained = await exportedModel(first);
  expectTrained(trained, await embeddedModel((await lab.eventsOf("started"))[0]!.model.name));
  expect(JSON.parse(exportedText(first, "run.json"))).toMatchObject({ dataset: "own", config: QUICK });

  await page.getByRole("button", { name: "Evaluate now" }).click();
  await expect.poll(async () => (await lab.eventsOf("evaluated")).length).toBe(2);
  const here = (await lab.eventsOf("evaluated")).at(-1)!.evaluation;
  const elsewhere = await evaluateElsewhere(trained, "own.json", JSON.stringify(QUESTIONS), here);
  // Same weights and seed give the same tokens, unless a draw is within rounding of a boundary.
  expect(elsewhere.questions).toEqual(here.questions);
  expect(elsewhere.sampledTokens).toBe(here.sampledTokens);
  expect(elsewhere.entropy).toBeCloseTo(here.entropy, 4);
});

test("a trained model is exported as GGUF and in half precision, and can be opened and trained further", async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.drop("own.json", JSON.stringify(QUESTIONS));
  await lab.runSteps(1);
  const full = await exportedModel(await lab.saveModel("Hugging Face folder", "F32"));
  const half = await exportedModel(await lab.saveModel("Hugging Face folder", "F16"));
  const gguf = await lab.saveModel("GGUF", "F32");
  expect(gguf.name).toMatch(/^abacus-.*-ttrl-step-\d+\.gguf$/);
  const again = await wholeFolder(await openGgufModel(bytesSource(gguf.bytes)));
  for (const [name, { data }] of full.weights) {
    expect(again.weights.get(name)?.data, name).toEqual(data);
    const narrow = half.weights.get(name)!.data;
    // F16 has an 11-bit significand and a spacing of 2^-24 near zero.
    const isRounded = (x: number, i: number) => Math.abs(narrow[i]! - x) <= Math.abs(x) * 2 ** -11 + 2 ** -25;
    expect(data.every(isRounded), `${name} in half precision`).toBe(true);
  }

  await lab.button("Stop").click();
  await lab.reaches("stopped");
  const buffer = Buffer.from(gguf.bytes);
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: gguf.name, mimeType: "application/octet-stream", buffer });
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue(gguf.name.replace(".gguf", ""));
  await lab.button("Start new run").click();
  await lab.doesSteps(1);
  const [first, second] = await lab.eventsOf("started");
  expect(second?.model).toEqual({ ...first?.model, name: gguf.name.replace(".gguf", "") });
  await lab.button("Stop").click();
  await lab.reaches("stopped");
});

test("a trained adapter is exported for PEFT, and merged into the model", async ({ lab }) => {
  await lab.open({ ...QUICK, trainable: "lora", loraRank: 4, loraTargets: "query-value" });
  await lab.runSteps(1);
  const saved = await lab.saveModel("PEFT adapter", "F32");
  expect(saved.name).toMatch(/^abacus-.*-ttrl-step-\d+-adapter\.zip$/);
  const adapter = readPeftAdapter(unzip(saved.bytes));
  expect(adapter).toMatchObject({ rank: 4, alpha: 32, targets: ["q_proj", "v_proj"] });
  const merged = await exportedModel(await lab.saveModel("Hugging Face folder", "F32"));
  const base = await embeddedModel((await lab.eventsOf("started"))[0]!.model.name);
  const moved = [...merged.weights].filter(([name, { data }]) =>
    data.some((value, i) => value !== base.weights.get(name)!.data[i]),
  );
  const adapted = [...adapter.tensors.keys()].filter((name) => name.endsWith("lora_B.weight"));
  expect(moved.map(([name]) => name).sort()).toEqual(
    adapted.map((name) => name.replace(".lora_B", "")).sort(),
  );
});

test("a run is exported as a recipe for another trainer, with the settings it does not support", async ({
  lab,
  page,
}) => {
  await lab.open({ ...QUICK, rolloutsPerQuestion: 2 });
  await lab.drop("own.json", JSON.stringify(QUESTIONS));
  await lab.runSteps(1);
  const folder = await exportedModel(await lab.saveModel("Hugging Face folder", "F32"));
  const saved = await lab.saveRecipe("verl");
  expect(saved.name).toMatch(/^abacus-.*-ttrl-step-\d+-recipe-verl\.zip$/);
  const files = unzip(saved.bytes);
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(["run_verl.sh", "majority_agent.py", "README.md"]),
  );
  expect(Buffer.from(files.get("majority_agent.py")!).toString()).toContain("class MajorityAgentLoop");
  expect(Buffer.from(files.get("overrides.txt")!).toString()).toContain("actor_rollout_ref.rollout.n=4\n");
  const rows = await parquetReadObjects({ file: files.get("train.parquet")!.slice().buffer });
  expect(rows.map(({ prompt }) => prompt as unknown)).toEqual(
    QUESTIONS.map(({ prompt }) => [{ role: "user", content: prompt }]),
  );
  const inModel = [...files].filter(([path]) => path.startsWith("model/"));
  const model = await readModelFolder(
    new Map(inModel.map(([path, bytes]) => [path.slice("model/".length), bytes])),
  );
  expect(model.weights).toEqual(folder.weights);

  const recipe = page.getByRole("group", { name: "Recipe" });
  await recipe.getByText("Unsupported settings").click();
  await expect(recipe).toContainText("rolloutsPerQuestion = 2: all votes are trained on");
});

test("one click on Start shows the first point of the charts within half a minute", async ({ lab }) => {
  await lab.open({});
  await lab.button("Start").click();
  // Takes some seconds on two idle cores; further points may follow faster than the page is looked at.
  const points = lab.chart("passAt1").locator("circle.recharts-line-dot");
  await expect(points.first()).toBeVisible({ timeout: 30_000 });
});

/** Returns the number of vertices of a chart's longest curve: 3 for "M1,2L3,4L5,6". */
function verticesDrawn(chart: Locator): Promise<number> {
  return chart
    .locator("path.recharts-line-curve")
    .evaluateAll((paths) =>
      Math.max(0, ...paths.map((path) => path.getAttribute("d")?.split("L").length ?? 0)),
    );
}

/** Expects the base model's tensors, with finite and changed values. */
function expectTrained(trained: ModelFolder, base: ModelFolder): void {
  expect([...trained.weights.keys()].sort()).toEqual([...base.weights.keys()].sort());
  for (const [name, { shape, data }] of trained.weights) {
    const before = base.weights.get(name)!;
    expect(shape, name).toEqual(before.shape);
    expect(data.every(Number.isFinite), `${name} is finite`).toBe(true);
    expect(
      data.some((value, i) => value !== before.data[i]),
      `${name} has moved`,
    ).toBe(true);
  }
}
