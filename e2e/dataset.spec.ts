/** The user's data sets: without answers, with bad rows, and dropped during a run. */
import { HEADLINE_CHARTS, SECONDARY_CHARTS, UNLABELLED_CHARTS } from "../src/ui/charts/data/chartSpecs.ts";
import { METRICS } from "../src/rl/metrics/metrics.ts";
import { expect, test } from "./lab.ts";

const PROMPTS = [
  "Zoe has 17 pens. She finds 8 more. How many pens now?",
  "Eva has 10 eggs. She sells 4. How many eggs now?",
  "Ida has 12 cards. She buys 2 more. How many cards now?",
];

test("without answers a run trains, and charts that need ground truth are hidden", async ({ lab, page }) => {
  await lab.open();
  await lab.drop("bare.json", JSON.stringify(PROMPTS.map((prompt) => ({ prompt }))));
  await expect(lab.reading()).toContainText("3 questions, no answers");

  await lab.runSteps(3);
  for (const { id } of UNLABELLED_CHARTS) {
    const chart = lab.chart(id);
    await expect
      .poll(async () => Number(await chart.getAttribute("data-points")), id)
      .toBeGreaterThanOrEqual(3);
  }
  const shown = await page
    .locator("[data-testid^=chart-]")
    .evaluateAll((charts) => charts.map(({ dataset }) => dataset["testid"]));
  const needTruth = [...HEADLINE_CHARTS, ...SECONDARY_CHARTS].filter(
    ({ series }) => METRICS[series[0].metric].needsTruth,
  );
  expect(needTruth.length).toBeGreaterThan(4);
  for (const { id } of needTruth) expect(shown).not.toContain(`chart-${id}`);

  const board = page.getByTestId("vote-board");
  await expect(board.getByTestId("vote").first()).toContainText("Pseudo-label");
  await expect(board.getByText("Ground truth")).toHaveCount(0);
  const [evaluated] = await lab.eventsOf("evaluated");
  expect(evaluated?.evaluation).toMatchObject({ passAt1: null, majAtN: null });
});

test("bad rows are skipped and reported by number, similar field names are mapped and reported", async ({
  lab,
}) => {
  const lines = [
    JSON.stringify({ question: PROMPTS[0], ground_truth: 25 }),
    "not JSON",
    JSON.stringify({ question: PROMPTS[1], ground_truth: "6" }),
    JSON.stringify({ text: "a row without a prompt" }),
    JSON.stringify({ question: PROMPTS[2], ground_truth: "14" }),
  ];
  await lab.open();
  await lab.drop("mixed.jsonl", lines.join("\n"));
  const reading = lab.reading();
  await expect(reading).toContainText("3 questions, all with answers");
  await expect(reading).toContainText('"question"');
  await expect(reading).toContainText('"ground_truth"');
  await reading.getByText("2 rows skipped").click();
  await expect(reading.getByText("Row 2:")).toContainText("JSON");
  await expect(reading.getByText("Row 4:")).toContainText("prompt");

  await lab.runSteps(1);
  const [stepped] = await lab.eventsOf("stepped");
  expect(PROMPTS).toEqual(expect.arrayContaining(stepped!.groups.map(({ question }) => question.prompt)));
});

test("a file dropped during a run is refused", async ({ lab, page }) => {
  await lab.open();
  await lab.runSteps(1);
  await lab.drop("late.json", JSON.stringify([{ prompt: PROMPTS[0] }]));
  await expect(page.getByTestId("notice")).toContainText(
    "late.json was not opened because a run is in progress",
  );
});
