/** The memory plan of the setup: updated while typing, and compared with the memory budget. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, QUICK, test } from "./lab.ts";

const MODEL = fileURLToPath(new URL("../public/models/abacus-0.1M", import.meta.url));

test("the plan lists its parts and follows the settings", async ({ lab, page }) => {
  await lab.open(QUICK, "wasm");
  const memory = page.getByTestId("memory");
  await expect(memory).toContainText(/Memory: about \d+ MB of 4 GB/);
  await memory.locator("summary").click();
  await expect(memory.getByRole("rowheader", { name: "weights" })).toBeVisible();
  const before = await memory.locator("summary").innerText();
  const longest = page.locator("#config-maxResponseTokens");
  await longest.evaluate((field) => {
    for (let at = field.closest("details"); at !== null; at = at.parentElement?.closest("details") ?? null)
      at.open = true;
  });
  await longest.fill("100");
  await expect(memory.locator("summary")).not.toHaveText(before);
});

test("a run that exceeds the memory budget is refused, with advice", async ({ lab, page }) => {
  const folder = mkdtempSync(join(tmpdir(), "ttrl-far-"));
  cpSync(MODEL, folder, { recursive: true });
  const path = join(folder, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as object; // our own model's
  writeFileSync(path, JSON.stringify({ ...config, max_position_embeddings: 2 ** 27 }));
  await lab.open(QUICK, "wasm");
  await page.getByTestId("folder-input").setInputFiles(folder);
  await expect(page.getByRole("complementary")).toContainText("choose a smaller model.");
  await expect(lab.button("Start")).toBeDisabled();
  rmSync(folder, { recursive: true });
});
