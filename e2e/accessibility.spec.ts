/** For everyone: axe finds nothing, in both themes, at every width, before, during and after a run. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./lab.ts";

const THEMES = ["light", "dark"] as const;
const WIDTHS = [360, 1440] as const;

for (const colorScheme of THEMES) {
  test(`axe finds no violation in the ${colorScheme} theme, before and after a run, narrow and wide`, async ({
    lab,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await lab.open();
    await expectAccessible(page);
    await lab.runSteps(3);
    await page
      .getByRole("button", { name: /^Show \d+ responses$/ })
      .first()
      .click();
    await lab.button("pass@1 as a table").click();
    await expectAccessible(page);
    await lab.button("All definitions").click();
    await expectAccessible(page);
  });
}

/** At every width: no violation, and nothing that has to be scrolled to sideways. */
async function expectAccessible(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id} at ${width}: ${target.join(" ")}`),
    );
    expect(found).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
}
