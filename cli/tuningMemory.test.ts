import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tuningMemory } from "./tuningMemory.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what was written is read again, by key, from the same file", async () => {
  const path = join(folder, "cache", "variants.json");
  await tuningMemory(path).write("one GPU", "tile");
  await tuningMemory(path).write("another", "split");
  expect(await tuningMemory(path).read("one GPU")).toBe("tile");
  expect(await tuningMemory(path).read("another")).toBe("split");
  expect(await tuningMemory(path).read("a third")).toBeNull();
});

test("a damaged file is told as a rejection, which the tuner notes", async () => {
  const path = join(folder, "damaged.json");
  writeFileSync(path, "{");
  await expect(tuningMemory(path).read("one GPU")).rejects.toThrow();
});
