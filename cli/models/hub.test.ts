/** Models of a Hub on the command line, fetched from one on this machine. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHubWorkspace, PATIENCE, ttrl } from "../fixture.ts";

const COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
const filesOf = (folder: string): Map<string, Uint8Array> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
const { at, hub, ask, stop } = createHubWorkspace(
  (folder) => ({ name: "org/tiny", commit: COMMIT, files: filesOf(join(folder, "model")) }),
  { HF_TOKEN: "hf_secret" },
);

beforeAll(() => hub.start());
afterAll(stop);

test("a gated model is refused in one line, and the token stays secret", { timeout: PATIENCE }, async () => {
  hub.fault = () => ({ status: 403 });
  const { status, stdout, stderr } = await ask(["generate", "--model", "hf:org/tiny", "--prompt", "1"]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^ttrl: The file list of org\/tiny: .* denied access \(status 403\).* accept its licence.*\n$/,
  );
  expect(stderr).not.toContain("hf_secret");
});

test(
  "a model is fetched over a cut connection, and answers as the same on disk",
  { timeout: PATIENCE },
  async () => {
    hub.fault = ({ path, turn }) => (path === "model.safetensors" && turn === 0 ? { cutAfter: 5000 } : {});
    const words = ["--prompt", "1 + 1?", "--seed", "1", "--max-tokens", "4", "--backend", "wasm"];
    const local = await ttrl(["generate", "--model", at("model"), ...words]);
    const fetched = await ask(["generate", "--model", "hf:org/tiny", ...words]);
    expect(fetched).toMatchObject({ status: 0, stdout: local.stdout });
    expect(fetched.stderr).toContain("fetching org/tiny at commit 89abcdef0123 from 127.0.0.1");
    const conditions = hub.of("model.safetensors").map(({ headers }) => headers["if-range"] !== undefined);
    expect(conditions).toEqual([false, true]);
  },
);

test("a run names the commit, and continues without the Hub", { timeout: PATIENCE }, async () => {
  const run = ["run", "--model", "hf:org/tiny", "--dataset", at("data.json"), "--config", at("quick.json")];
  const begun = await ask([
    ...run,
    "--suffix",
    "\nBox it.",
    "--steps",
    "1",
    "--out",
    at("run"),
    "--backend",
    "wasm",
  ]);
  expect(begun).toMatchObject({ status: 0 });
  const described = JSON.parse(readFileSync(at("run", "run.json"), "utf8")) as Record<string, unknown>;
  expect(described).toMatchObject({
    prompt: { system: "", suffix: "\nBox it." },
    model: "tiny",
    modelSource: { path: `hf:org/tiny@${COMMIT}` },
  });
  const asked = hub.requests.length;
  const resumed = await ask(["run", "--resume", at("run"), "--steps", "2"]);
  expect(resumed).toMatchObject({ status: 0 });
  expect(hub.requests).toHaveLength(asked);
});

test(
  "a fetched model is taken, and said to be, when the Hub is out of reach",
  { timeout: PATIENCE },
  async () => {
    hub.fault = () => ({ status: 404 });
    const exporting = [
      "export",
      "--model",
      "hf:org/tiny",
      "--format",
      "safetensors",
      "--out",
      at("exported"),
    ];
    const exported = await ask(exporting);
    expect(exported).toMatchObject({ status: 0 });
    expect(exported.stderr).toContain("Taking what was fetched before, commit 89abcdef0123");
    const weights = readFileSync(at("exported", "model.safetensors"));
    expect(weights.equals(filesOf(at("model")).get("model.safetensors")!)).toBe(true);
  },
);
