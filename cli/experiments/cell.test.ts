import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/rl/ttrlConfig.ts";
import { checkSettings } from "./cell.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-recorded-"));
afterAll(() => rmSync(folder, { recursive: true }));

function record(config: object): void {
  writeFileSync(
    join(folder, "run.json"),
    JSON.stringify({ config, backend: { backend: "wasm", device: "x" } }),
  );
}

test("accepts a run made before a setting was added or removed", () => {
  const older = Object.entries(DEFAULT_CONFIG).filter(([name]) => name !== "klPlace");
  record({ ...Object.fromEntries(older), removedSetting: 1 });
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).not.toThrow();
});

test("rejects a run made with another default", () => {
  record({ ...DEFAULT_CONFIG, learningRate: 2e-4 });
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).toThrow(
    "was run with learningRate 0.0002, which is 0.0001 by default now; remove the folder to run it again",
  );
});

test("reports a damaged run.json", () => {
  writeFileSync(join(folder, "run.json"), "{");
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).toThrow(/run\.json: damaged .*remove the folder/);
});
