import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NAMES } from "./contenders/contenders.ts";
import { OPTIONS } from "./options.mjs";
import { MODELS, WORKLOAD_NAMES } from "./comparison/suite.ts";

function bench(...args: string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, "bench.mjs"), ...args], { encoding: "utf8" });
}

test("help explains every option and names every contender, model and workload, at once", () => {
  const start = performance.now();
  const { status, stdout } = bench("--help");
  expect(performance.now() - start).toBeLessThan(5000); // nothing is installed, built or measured
  expect(status).toBe(0);
  for (const [name, { value, help }] of Object.entries(OPTIONS)) {
    const [first = ""] = help;
    expect(stdout).toContain(`--${name} ${value}`.padEnd(18) + first);
  }
  const words = new Set(stdout.split(/[\s,:;()]+/));
  const models = MODELS.map((name) => name.split(" ")[0] ?? "");
  for (const name of [...NAMES, ...models, ...WORKLOAD_NAMES]) expect(words, name).toContain(name);
});

test("an unknown option prints the help", () => {
  const { status, stderr } = bench("--quickly");
  expect(status).toBe(1);
  expect(stderr).toContain("--quickly");
  expect(stderr).toContain("npm run bench -- [options]");
});
