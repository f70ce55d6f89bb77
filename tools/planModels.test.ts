import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { plannedMemory, withTables } from "./planModels.ts";

it("the planned memory in docs/MODELS.md is what the planner says now", { timeout: 300_000 }, async () => {
  const document = readFileSync(new URL("../docs/MODELS.md", import.meta.url), "utf8");
  expect(withTables(document, await plannedMemory()), "run: npx tsx tools/planModels.ts").toBe(document);
});
