import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSafetensors } from "../../src/formats/safetensors/safetensors.ts";
import { createWorkspace, killAfterLines, QUICK, ttrl } from "../fixture.ts";

const { folder, remove } = createWorkspace();
afterAll(remove);
const at = (...path: string[]): string => join(folder, ...path);
writeFileSync(
  at("quick.json"),
  JSON.stringify({ ...QUICK, loraRank: 4, loraDropout: 0.1, klCoefficient: 0.01 }),
);

const INPUTS = ["--model", at("model"), "--dataset", at("data.json"), "--backend", "wasm"];
const RUN = ["run", ...INPUTS, "--config", at("quick.json")];
const LORA = [...RUN, "--trainable", "lora", "--steps", "12", "--seed", "1", "--checkpoint-every", "3"];

const bytes = (...path: string[]): Buffer => readFileSync(at(...path));
const ADAPTER = ["adapter", "adapter_model.safetensors"];
const MODEL = ["model", "model.safetensors"];

test("an adapter is trained and written apart; killed and continued, its run equals the undisturbed one", async () => {
  expect((await ttrl([...LORA, "--out", at("whole")])).status).toBe(0);
  mkdirSync(at("killed"));
  const killed = await ttrl([...LORA, "--out", at("killed")], {
    onStart: (child) => killAfterLines(at("killed"), 8, () => child.kill("SIGKILL")),
  });
  expect(killed.stdout).toBe("");
  expect((await ttrl(["run", "--resume", at("killed")])).status).toBe(0);
  for (const path of [["metrics.jsonl"], ADAPTER, MODEL])
    expect(bytes("killed", ...path).equals(bytes("whole", ...path)), path.join("/")).toBe(true);

  expect(readdirSync(at("whole", "adapter")).sort()).toEqual([
    "README.md",
    "adapter_config.json",
    "adapter_model.safetensors",
  ]);
  expect(JSON.parse(bytes("whole", "adapter", "adapter_config.json").toString())).toMatchObject({
    peft_type: "LORA",
    r: 4,
    lora_alpha: 32,
    lora_dropout: 0.1,
    target_modules: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  });
  expect(bytes("whole", "model", "README.md").toString()).toMatch(
    /A LoRA adapter of \d+ parameters was trained/,
  );
  const [checkpoint = ""] = readdirSync(at("whole", "checkpoint"));
  const kept = readSafetensors(bytes("whole", "checkpoint", checkpoint, "model.safetensors")).tensors;
  expect([...kept.keys()].filter((name) => !name.includes(".lora_"))).toEqual([]);
}, 120_000); // three runs of the program one after the other

test("base and adapter answer as the merged model, and are exported as it", async () => {
  const both = ["--model", at("model"), "--adapter", at("whole", "adapter")];
  const merged = ["--model", at("whole", "model")];
  const sampling = [
    "--prompt",
    "7 + 5 =",
    "--count",
    "4",
    "--max-tokens",
    "12",
    "--seed",
    "2",
    "--backend",
    "wasm",
  ];
  const [one, other] = [
    await ttrl(["generate", ...both, ...sampling]),
    await ttrl(["generate", ...merged, ...sampling]),
  ];
  expect(one.status).toBe(0);
  expect(one.stdout).toBe(other.stdout);
  const plain = await ttrl(["generate", "--model", at("model"), ...sampling]);
  expect(plain.stdout).not.toBe(one.stdout);
  await ttrl(["export", ...both, "--format", "safetensors", "--out", at("exported")]);
  expect(bytes("exported", "model.safetensors").equals(bytes("whole", ...MODEL))).toBe(true);
});

test("a run goes on from an adapter by the settings it has, and refuses others", async () => {
  const on = [...RUN, "--adapter", at("whole", "adapter"), "--steps", "1"];
  const { status, stderr } = await ttrl([...on, "--lora-rank", "8", "--out", at("other")]);
  expect(stderr).toContain("loraRank is 4 with this --adapter, and 8 was asked for");
  expect(status).toBe(2);
  expect((await ttrl([...on, "--out", at("on")])).status).toBe(0);
  const { config } = JSON.parse(bytes("on", "run.json").toString()) as { config: Record<string, unknown> };
  expect(config).toMatchObject({ trainable: "lora", loraRank: 4, loraTargets: "all-linear" });
  expect(bytes("on", ...ADAPTER).equals(bytes("whole", ...ADAPTER))).toBe(false);
  expect((await ttrl(["run", "--resume", at("on"), "--steps", "2"])).status).toBe(0);
  const none = await ttrl([...RUN, "--adapter", at("model"), "--out", at("none")]);
  expect(none.stderr).toContain("The adapter has no adapter_config.json.");
});
