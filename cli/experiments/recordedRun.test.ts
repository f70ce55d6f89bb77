import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/rl/ttrlConfig.ts";
import { checkSettings } from "./recordedRun.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-recorded-"));
afterAll(() => rmSync(folder, { recursive: true }));

function record(config: object): void {
  writeFileSync(
    join(folder, "run.json"),
    JSON.stringify({ config, backend: { backend: "wasm", device: "x" } }),
  );
}

test("a run made before a setting came, or when there was one more, serves as it is", () => {
  const older = Object.entries(DEFAULT_CONFIG).filter(([name]) => name !== "klPlace");
  record({ ...Object.fromEntries(older), settingOfThen: 1 });
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).not.toThrow();
});

test("a run made with another default does not serve, and is told", () => {
  record({ ...DEFAULT_CONFIG, learningRate: 2e-4 });
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).toThrow(
    "was run with learningRate 0.0002, which is 0.0001 by default now; remove the folder to run it again",
  );
});

test("a damaged run.json is told", () => {
  writeFileSync(join(folder, "run.json"), "{");
  expect(() => checkSettings(folder, DEFAULT_CONFIG)).toThrow(/run\.json: damaged .*remove the folder/);
});
