/** Trying a setup before a run, and the findings of a run. */
import { expect, QUICK, test } from "./lab.ts";

test("a try shows prompt, marked answers, truth and end, then a run starts as usual", async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.button("Try it").click();
  const panel = page.getByTestId("try");
  await expect(panel).toHaveAttribute("data-status", "tried", { timeout: 60_000 });
  await expect(panel.getByTestId("tried-response")).toHaveCount(16);
  await expect(panel.locator("pre").first()).toContainText("<bos>");
  await expect(panel.getByText("Ground truth").first()).toBeVisible();
  await expect(panel.getByText("ended with EOS").first()).toBeVisible();
  await expect(panel.locator("mark").first()).toHaveText(/^\\boxed\{\d+\}$/);
  await expect(page.getByTestId("progress")).toHaveCount(0); // no run was started

  await lab.runSteps(1);
  await expect(panel).toHaveCount(0);
  await expect(lab.button("Try it")).toBeDisabled();
});

test("truncated responses are named by a try and by a run, with the setting and the value", async ({
  lab,
  page,
}) => {
  await lab.open({ ...QUICK, maxResponseTokens: 2 });
  const advice = "set maxResponseTokens to 112 or more";
  await lab.button("Try it").click();
  await expect(page.getByTestId("try")).toContainText(`16 of 16 responses were cut`, { timeout: 60_000 });
  await expect(page.getByTestId("try")).toContainText(advice);
  await page.getByTestId("try").getByRole("button", { name: "Close" }).click();
  await lab.runSteps(2);
  const findings = page.getByTestId("run-findings");
  await expect(findings).toContainText("Since step 1:");
  await expect(findings).toContainText(advice);
});
