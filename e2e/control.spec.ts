/** Control of a run: keyboard, single steps, stop, restart, replay from the seed, responsiveness of the page. */
import type { Page } from "@playwright/test";
import { expect, QUICK, test } from "./lab.ts";

test("a run is started, paused and stepped, and the definitions opened, by keyboard", async ({
  lab,
  page,
}) => {
  await lab.open();
  await expect(lab.button("Start")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(lab.button("Start")).toBeFocused();
  await page.keyboard.press("Enter");
  await lab.doesSteps(1);
  await expect(lab.button("Pause")).toBeFocused();
  await page.keyboard.press("Enter");
  await lab.reaches("paused");

  const before = await lab.steps();
  await page.keyboard.press("s");
  await expect.poll(() => lab.steps()).toBe(before + 1);
  await lab.reaches("paused");

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await lab.button("All metrics").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "All metrics" })).toContainText("pass@1");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(lab.button("All metrics")).toBeFocused();
});

test("a stopped run sends no more events, and the next one starts from the initial model", async ({
  lab,
}) => {
  await lab.open();
  await lab.button("Start").click();
  await lab.doesSteps(2);
  await lab.button("Stop").click();
  await lab.reaches("stopped");
  await lab.button("Start new run").click();
  await lab.doesSteps(2);

  const events = await lab.events();
  const [first, second] = [...new Set(events.map(({ runId }) => runId))];
  const typesOf = (runId: string | undefined) =>
    events.filter((event) => event.runId === runId).map(({ type }) => type);
  expect(typesOf(first).at(-1)).toBe("stopped");
  expect(events.findIndex(({ runId }) => runId === second)).toBe(typesOf(first).length);
  // Same seed: both runs have the same first evaluation and the same first steps.
  const evaluations = await lab.eventsOf("evaluated");
  expect(evaluations.map(({ evaluation }) => evaluation)).toEqual([
    evaluations[0]!.evaluation,
    evaluations[0]!.evaluation,
  ]);
  const steps = (await lab.eventsOf("stepped")).filter(({ metrics }) => metrics.step <= 2);
  expect(steps.slice(2).map(({ metrics }) => metrics)).toEqual(
    steps.slice(0, 2).map(({ metrics }) => metrics),
  );
});

test("a run is reproduced bit for bit from its seed, and differs for another seed", async ({ lab, page }) => {
  const runToEnd = async (seed: number): Promise<unknown> => {
    await page.goto("about:blank");
    await lab.open({ ...QUICK, steps: 3, seed });
    await lab.button("Start").click();
    await lab.reaches("finished");
    const { bytes } = await lab.save("Metrics JSON");
    return JSON.parse(new TextDecoder().decode(bytes), (key, value: unknown) =>
      key === "timing" ? undefined : value,
    );
  };
  const [first, again, other] = [await runToEnd(7), await runToEnd(7), await runToEnd(8)];
  expect(first).toMatchObject({
    steps: [{ metrics: { step: 1 } }, {}, {}],
    evaluations: [{ step: 0 }, { step: 3 }],
  });
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test("the page stays responsive while the model trains", async ({ lab, page }) => {
  await lab.open({
    ...QUICK,
    questionsPerStep: 8,
    votesPerQuestion: 32,
    rolloutsPerQuestion: 32,
    maxResponseTokens: 112,
  });
  await lab.button("Start").click();
  await lab.doesSteps(1);
  // A busy machine may delay the page, so only the best of several time windows must be free of long delays.
  await expect(async () => expect(await longestPause(page, 3000)).toBeLessThan(500)).toPass({
    timeout: 60_000,
  });
});

/** Returns the longest delay of a timer on the page's main thread within a time window, in milliseconds. */
function longestPause(page: Page, window: number): Promise<number> {
  return page.evaluate(async (milliseconds) => {
    let [longest, last] = [0, performance.now()];
    const end = last + milliseconds;
    while (last < end) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const now = performance.now();
      [longest, last] = [Math.max(longest, now - last), now];
    }
    return longest;
  }, window);
}
