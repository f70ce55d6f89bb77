import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkspace, QUICK, ttrl } from "../fixture.ts";

describe("ttrl export --recipe", () => {
  const workspace = createWorkspace();
  const run = join(workspace.folder, "run");
  beforeAll(async () => {
    const set = Object.entries({ ...QUICK, steps: 1 }).map(([name, value]) => `${name}=${value}`);
    const model = join(workspace.folder, "model");
    const dataset = join(workspace.folder, "data.json");
    await ttrl([
      "run",
      "--model",
      model,
      "--dataset",
      dataset,
      "--out",
      run,
      "--backend",
      "wasm",
      "--set",
      ...set,
    ]);
  }, 60_000);
  afterAll(() => workspace.remove());

  it("copies the trained model and writes all that starts with it", async () => {
    const out = join(workspace.folder, "bundle");
    const { status, stderr } = await ttrl([
      "export",
      "--recipe",
      "verl",
      "--run",
      run,
      "--out",
      out,
      "--steps",
      "7",
    ]);
    expect(stderr).toContain("verl cannot keep rolloutsPerQuestion = 6: all votes are trained on");
    expect(status).toBe(0);
    const weights = "model/model.safetensors";
    expect(readFileSync(join(out, weights)).equals(readFileSync(join(run, weights)))).toBe(true);
    for (const name of [
      "run_verl.sh",
      "majority_agent.py",
      "paper_answers.py",
      "agent_loops.yaml",
      "README.md",
    ]) {
      expect(existsSync(join(out, name)), name).toBe(true);
    }
    expect(readFileSync(join(out, "overrides.txt"), "utf8")).toContain("trainer.total_training_steps=7\n");
  }, 30_000);

  it("refuses a folder that is there already, and one without a run", async () => {
    const [there, empty] = [join(workspace.folder, "there"), join(workspace.folder, "empty")];
    mkdirSync(there);
    const occupied = await ttrl(["export", "--recipe", "trl", "--run", run, "--out", there]);
    expect(occupied).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("it is there already") as string,
    });
    const nothing = await ttrl([
      "export",
      "--recipe",
      "trl",
      "--run",
      empty,
      "--out",
      join(workspace.folder, "b"),
    ]);
    expect(nothing).toMatchObject({ status: 2, stderr: expect.stringContaining("no run is here") as string });
  }, 30_000);
});
