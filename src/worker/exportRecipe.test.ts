import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { exportRecipe } from "../../cli/exports/exportRecipe.ts";
import { ttrl } from "../../cli/fixture.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import { unzip } from "../formats/zip/zip.ts";
import { useImplementation } from "../ops/testBackend.ts";
import { tinyFolder } from "../model/fixture.ts";
import { RECIPES } from "../report/exportForms.ts";
import { CONFIG, STUDY, wholeRun, type EventOf, type Stage } from "./fixture.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/** All files below a folder, by path. */
function filesIn(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    paths.map((path) => [
      path.slice(folder.length + 1).replaceAll("\\", "/"),
      new Uint8Array(readFileSync(path)),
    ]),
  );
}

describe("a recipe of the page", () => {
  const folder = mkdtempSync(join(tmpdir(), "ttrl-recipe-"));
  const run = join(folder, "run");
  let stage: Stage;
  beforeAll(async () => {
    await useImplementation("WASM kernels");
    stage = await wholeRun();
    const model = join(folder, "tiny");
    mkdirSync(model);
    for (const [name, bytes] of writeModelFolder(tinyFolder())) writeFileSync(join(model, name), bytes);
    const answers = new Map(STUDY.answers);
    const rows = STUDY.questions.map((question) => ({ ...question, answer: answers.get(question.id) }));
    const dataset = join(folder, `${STUDY.name}.json`);
    writeFileSync(dataset, JSON.stringify(rows));
    const set = Object.entries(CONFIG).map(([name, value]) => `${name}=${value}`);
    const options = ["--model", model, "--dataset", dataset, "--out", run, "--backend", "wasm"];
    const { status, stderr } = await ttrl(["run", ...options, "--set", ...set]);
    expect(status, stderr).toBe(0);
  }, 120_000);
  afterAll(async () => {
    await stage.session.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function onPage(recipe: (typeof RECIPES)[number]): Promise<[name: string, Files]> {
    const exported = stage.next("exported");
    stage.session.export({ format: "recipe", recipe }, null);
    await exported;
    const { fileName, file } = stage.all("exported").at(-1) as EventOf<"exported">;
    return [fileName, unzip(new Uint8Array(await file!.arrayBuffer()))];
  }

  test.each(RECIPES)("for %s is the command line's of the same run, weights included", async (recipe) => {
    const [name, page] = await onPage(recipe);
    expect(name).toBe(`tiny-ttrl-step-5-recipe-${recipe}.zip`);
    const out = join(folder, recipe);
    vi.spyOn(console, "error").mockImplementation(() => {}); // what it tells is tested there
    await exportRecipe({ recipe, run, out });
    const cli = filesIn(out);
    expect([...page.keys()].sort()).toEqual([...cli.keys()].sort());
    const differing = [...page].filter(([path, bytes]) => !Buffer.from(bytes).equals(cli.get(path)!));
    // They name the backend, and how long each step took there.
    expect(differing.map(([path]) => path).sort()).toEqual([
      "model/metrics.csv",
      "model/metrics.json",
      "model/run.json",
    ]);
  });

  test("is offered with its size before it is made", async () => {
    const [started] = stage.all("started");
    const offers = started!.exports.filter(({ form }) => form.format === "recipe");
    expect(offers.map(({ notes }) => notes)).toEqual([[], [], []]);
    const [, page] = await onPage("trl");
    const model = [...page].filter(([path]) => path.startsWith("model/"));
    const weights = page.get("model/model.safetensors")!.length;
    expect(offers[0]!.bytes).toBeGreaterThan(weights);
    expect(offers[0]!.bytes).toBeLessThan(model.reduce((total, [, bytes]) => total + bytes.length, 0));
  });
});
