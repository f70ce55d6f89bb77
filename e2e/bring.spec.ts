/** Data sets with columns of their own: roles corrected by keyboard, prompts as the model sees them. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { violations } from "./axe.ts";
import { exportedText } from "./exported.ts";
import { expect, QUICK, test } from "./lab.ts";

/** Rows like MMLU's, whose right options were corrected in a column of another name. */
function mmluLike(): Uint8Array {
  const rows = [0, 1, 2, 3].map((right) => ({
    question: `What is ${right} + ${right}?`,
    choices: [0, 1, 2, 3].map((i) => String(i === right ? 2 * right : 90 + i)),
    right,
  }));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "question", data: rows.map(({ question }) => question), type: "STRING" },
        { name: "subject", data: rows.map(() => "arithmetic"), type: "STRING" },
        { name: "choices", data: rows.map(({ choices }) => choices), type: "JSON" },
        { name: "answer", data: rows.map(() => 3), type: "INT32" },
        { name: "corrected", data: rows.map(({ right }) => right), type: "INT32" },
      ],
    }),
  );
}

test("a column of a Parquet file gets another role by keyboard, and the run uses it", async ({
  lab,
  page,
}) => {
  test.slow(); // a run
  await lab.open({ ...QUICK, maxResponseTokens: 16 });
  await lab.drop("mmlu.parquet", mmluLike());
  await expect(lab.reading()).toContainText("4 questions, all with answers, multiple choice");
  const panel = page.getByTestId("dataset-mapping");
  const prompts = panel.getByRole("list", { name: "First prompts" }).getByRole("listitem");
  await expect(prompts).toHaveCount(3);
  await expect(prompts.first()).toContainText("What is 0 + 0?");
  await expect(prompts.first()).toContainText("A. 0");
  await expect(prompts.first()).toContainText("Ground truth: D");
  expect(await violations(page, ["[data-testid=dataset-mapping]"])).toEqual([]);

  const role = panel.getByLabel("Role of corrected");
  await expect(role).toHaveValue("");
  await panel.getByLabel("Role of answer").focus();
  await page.keyboard.press("Tab");
  await expect(role).toBeFocused();
  await page.keyboard.type("answer");
  await expect(role).toHaveValue("answer");
  await expect(prompts.first()).toContainText("Ground truth: A");
  await expect(role).toBeFocused();
  await expect(page).toHaveURL(/map\.answer=corrected/);
  await expect(prompts.first()).toContainText("Ground truth: A from 0");

  await page.getByRole("button", { name: "Try it" }).click();
  const trial = page.getByTestId("try");
  await expect(trial).toHaveAttribute("data-status", "tried");
  await expect(trial.getByTestId("tried-response")).toHaveCount(16);
  await expect(trial.getByTestId("answer-rule")).toHaveText("Answers found by answer format auto");

  await lab.runSteps(2);
  await expect(role).toBeDisabled();
  const [stepped] = await lab.eventsOf("stepped");
  for (const { question, truth } of stepped!.groups)
    expect(truth).toBe("ABCD"[Number(/What is (\d)/.exec(question.prompt)![1])]);
});

test("the system prompt of a conversation is part of the composed prompt", async ({ lab, page }) => {
  const rows = [1, 2].map((i) => ({
    messages: [
      { role: "system", content: "You are a careful clerk." },
      { role: "user", content: `What is ${i} + 1?` },
      { role: "assistant", content: `It is \\boxed{${i + 1}}.` },
    ],
  }));
  await lab.open();
  await lab.drop("chat.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  await expect(lab.reading()).toContainText("2 questions, all with answers");
  const panel = page.getByTestId("dataset-mapping");
  const first = panel.getByRole("list", { name: "First prompts" }).getByRole("listitem").first();
  await expect(first).toContainText("system You are a careful clerk.");
  await expect(first).toContainText("user What is 1 + 1?");
  await expect(first).not.toContainText("assistant");
  await expect(first).toContainText("Ground truth: 2");
  await page.getByText("Prompt", { exact: true }).click();
  await page.getByLabel("System prompt").fill("Be brief.");
  await expect(first).toContainText("system Be brief.");
  await expect(first).not.toContainText("clerk");
});

test("limit, offset and shuffle seed choose the rows, and are part of the link and the exported run.json", async ({
  lab,
  page,
}) => {
  test.slow(); // a run
  const rows = Array.from({ length: 9 }, (_, i) => ({ question: `What is ${i} + ${i}?`, answer: 2 * i }));
  await lab.open({ ...QUICK, maxResponseTokens: 16 });
  await lab.drop("sums.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  const panel = page.getByTestId("dataset-mapping");
  const first = panel.getByRole("list", { name: "First prompts" }).getByRole("listitem").first();
  await expect(panel.getByRole("region", { name: "First rows" }).getByRole("row")).toHaveCount(6);
  await expect(first).toContainText("What is 0 + 0?");
  await panel.getByLabel("Offset").fill("4");
  await page.keyboard.press("Enter");
  await expect(first).toContainText("What is 4 + 4?");
  await panel.getByLabel("Limit").fill("0");
  await page.keyboard.press("Tab");
  await expect(panel.getByRole("alert")).toHaveText("A whole number from 1.");
  await panel.getByLabel("Limit").fill("3");
  await page.keyboard.press("Tab");
  await expect(lab.reading()).toContainText("3 questions");
  await expect(page).toHaveURL(/limit=3&offset=4|offset=4&limit=3/);
  await lab.runSteps(1);
  const saved = await lab.saveModel("Hugging Face folder", "F32");
  const run = JSON.parse(exportedText(saved, "run.json")) as unknown;
  expect(run).toMatchObject({ dataset: "sums", datasetOptions: { limit: 3, offset: 4 } });
});

test("first rows are shown while 100,000 are read, and the page stays responsive", async ({ lab, page }) => {
  test.slow(); // 100,000 rows
  await lab.open();
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    const observer = new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => duration));
    });
    observer.observe({ type: "longtask" });
    const rows = Array.from({ length: 100_000 }, (_, i) =>
      JSON.stringify({
        problem: `${"Once upon a time, ".repeat(8)}what is ${i} + 1?`,
        expected_answer: i + 1,
      }),
    );
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([rows.join("\n")], "large.jsonl"));
    tasks.length = 0;
    for (const type of ["dragenter", "dragover", "drop"])
      document.querySelector("main")!.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true }));
  });
  await expect(lab.reading()).toContainText("Reading large.jsonl…");
  await expect(lab.reading().getByRole("region", { name: "First rows" })).toContainText("what is 0 + 1?");
  await expect(lab.reading()).toContainText("100,000 questions, all with answers", { timeout: 60_000 });
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  test.info().annotations.push({ type: "longest task", description: `${Math.max(0, ...tasks)} ms` });
  expect(Math.max(0, ...tasks)).toBeLessThan(1000); // on a machine that computes other things as well
});

test("a link says how the files dropped next are read", async ({ lab, page }) => {
  await lab.open();
  await page.goto("./#split=train&map.answer=target");
  const rows = (answer: number) => JSON.stringify([{ question: "1+1?", answer: 0, target: answer }]);
  const both = `{"test": ${rows(1)}, "train": ${rows(2)}}`;
  await lab.drop("both.json", both);
  const panel = page.getByTestId("dataset-mapping");
  await expect(panel.getByLabel("Split")).toHaveValue("train");
  await expect(panel).toContainText("Ground truth: 2");
  await panel.getByLabel("Split").selectOption("test");
  await expect(panel).toContainText("Ground truth: 1");
});
