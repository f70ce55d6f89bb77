/** Accessibility violations of the page, in both themes. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Rules on colours, the only thing the dark theme changes. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Returns the violations of all rules in the light theme and of the colour rules in the dark one. */
export async function violations(page: Page, within: readonly string[] = []): Promise<string[]> {
  const axe = (): AxeBuilder =>
    within.reduce((builder, selector) => builder.include(selector), new AxeBuilder({ page }));
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" }); // no colour on its way to another
  const light = await axe().analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await axe().withRules(OF_COLOURS).analyze();
  return [light, dark].flatMap((found, theme) =>
    found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id} in the ${theme === 0 ? "light" : "dark"} theme: ${html.slice(0, 160)}`),
    ),
  );
}
