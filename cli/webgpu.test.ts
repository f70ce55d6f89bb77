/** The program on WebGPU, as a process of its own: recorded graphs, and a device that lets go at the end. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createWorkspace, QUICK, ttrl, type Finished } from "./fixture.ts";

/** Where Debian's Chromium keeps a software Vulkan driver and its loader, for machines that have none of their own. */
const CHROMIUM = "/usr/lib/chromium";
const env: Record<string, string> = {
  NODE_OPTIONS: `--import ${new URL("../src/webgpu/sparingPolls.mjs", import.meta.url).href}`,
  NODEVICE_SELECT: "1", // a layer of Mesa's, where it is installed, writes to standard error
  ...(existsSync(`${CHROMIUM}/vk_swiftshader_icd.json`) && {
    LD_LIBRARY_PATH: CHROMIUM,
    VK_ICD_FILENAMES: `${CHROMIUM}/vk_swiftshader_icd.json`,
  }),
};

const { folder, remove } = createWorkspace();
afterAll(remove);
const at = (...path: string[]): string => join(folder, ...path);
const MODEL = ["--model", at("model")];
writeFileSync(at("quick.json"), JSON.stringify({ ...QUICK, klCoefficient: 0.01 }));

const onGpu = (args: readonly string[], input = ""): Promise<Finished> => ttrl(args, { env, input });
const lines = <T>(text: string): T[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T); // our own output

const generate = [
  "generate",
  ...MODEL,
  "--prompt",
  "7 + 5 =",
  "--count",
  "3",
  "--max-tokens",
  "12",
  "--logprobs",
];
const first = await onGpu([...generate, "--backend", "webgpu"]);
const isMissing = first.stderr.includes("no WebGPU adapter was found");

describe.skipIf(isMissing)(`on WebGPU${isMissing ? " (skipped: no adapter on this machine)" : ""}`, () => {
  test("what generate sampled, score finds as likely, and nothing but that is said", async () => {
    expect(first).toMatchObject({ status: 0, signal: null, stderr: "" });
    const scored = await onGpu(["score", ...MODEL, "--in", "-", "--backend", "webgpu"], first.stdout);
    expect(scored).toMatchObject({ status: 0, signal: null, stderr: "" });
    interface Line {
      readonly tokens: number[];
      readonly logprobs: number[];
    }
    const again = lines<Line>(scored.stdout);
    for (const [i, { tokens, logprobs }] of lines<Line>(first.stdout).entries()) {
      expect(again[i]!.tokens).toEqual(tokens);
      // Sampler and scorer run different kernels in float32: the tolerance the method allows itself.
      logprobs.forEach((logprob, t) => expect(Math.abs(logprob - again[i]!.logprobs[t]!)).toBeLessThan(1e-4));
    }
  });

  test("a run says that recorded graphs ran it, and continued it equals the undisturbed one", async () => {
    const run = ["run", ...MODEL, "--dataset", at("data.json"), "--config", at("quick.json"), "--seed", "1"];
    const whole = await onGpu([...run, "--backend", "webgpu", "--steps", "3", "--out", at("whole")]);
    expect(whole).toMatchObject({ status: 0, signal: null });
    expect(JSON.parse(readFileSync(at("whole", "run.json"), "utf8"))).toMatchObject({
      backend: { backend: "webgpu", path: "recorded graphs" },
    });
    expect((await onGpu([...run, "--backend", "webgpu", "--steps", "2", "--out", at("parts")])).status).toBe(
      0,
    );
    expect((await onGpu(["run", "--resume", at("parts"), "--steps", "3"])).status).toBe(0);
    for (const file of ["metrics.jsonl", "model/model.safetensors"])
      expect(readFileSync(at("parts", file)).equals(readFileSync(at("whole", file))), file).toBe(true);
  }, 180_000); // three runs of the program one after the other

  test("a model that the graphs cannot run is run by operations, and the reason is told", async () => {
    const config = JSON.parse(readFileSync(at("model", "config.json"), "utf8")) as Record<string, unknown>;
    const odd = createWorkspace();
    writeFileSync(
      join(odd.folder, "model", "config.json"),
      JSON.stringify({ ...config, eos_token_id: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
    );
    const args = ["--model", join(odd.folder, "model"), "--prompt", "1 + 1 =", "--max-tokens", "2"];
    const { status, stdout, stderr } = await onGpu(["generate", ...args, "--backend", "webgpu"]);
    odd.remove();
    expect(stderr).toContain(
      "TensorFlow.js operations run: recorded graphs cannot run this model (9 end-of-",
    );
    expect(lines(stdout)).toHaveLength(1);
    expect(status).toBe(0);
  });
});
