/* eslint-disable -- node-llama-cpp is installed only for this script, so nothing has types */
// @ts-nocheck
/**
 * Opens seeded mutations of the tiny GGUF files with llama.cpp and writes what it computes, null where it refuses or ends the
 * process: src/lab/fixtures/ggufMutations.json, which src/lab/ggufMutations.test.ts compares with the lab.
 *
 *     npm install --no-save node-llama-cpp@3.22.1     (or name its dist/index.js in NODE_LLAMA_CPP)
 *     npx tsx tools/oracle/make_gguf_mutations.mjs
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ggufBytes, ggufMutations } from "../../src/formats/gguf/fixture.ts";

const [SEED, EACH] = [20261201, 60];
const ROW = [3, 7, 11, 5, 9, 4, 40, 21, 33, 3, 8, 60];
const TEXT = "1+2=ab</s>1";
const files = process.argv.slice(2);
if (files.length > 0) await answer(files);
else await makeFixture();

/** Prints a line of JSON for each file; some files end the process. */
async function answer(paths) {
  const { getLlama } = await import(process.env.NODE_LLAMA_CPP ?? "node-llama-cpp");
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "disabled" });
  const cache = {
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
    flashAttention: false,
  };
  const all = { temperature: 1, topK: 0, topP: 1 };
  for (const modelPath of paths) {
    let outcome = null;
    try {
      const model = await llama.loadModel({ modelPath });
      const context = await model.createContext({ contextSize: 64, threads: 1, ...cache });
      const input = ROW.map((token) => [token, { generateNext: { probabilities: true, options: all } }]);
      const evaluated = await context.getSequence().controlledEvaluate(input);
      const logprobs = ROW.slice(1).map((token, i) => Math.log(evaluated[i].next.probabilities.get(token)));
      const ids = Array.from({ length: model.fileInfo.metadata.tokenizer.ggml.tokens.length }, (_, i) => i);
      outcome = {
        logprobs: logprobs.map((value) => Number(value.toFixed(5))),
        tokens: model.tokenize(TEXT, true),
        ends: ids.filter((id) => model.isEogToken(id)),
        bos: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
      };
      await model.dispose();
    } catch {}
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  }
  process.exit(0);
}

async function makeFixture() {
  const folder = mkdtempSync(join(tmpdir(), "gguf-"));
  const mutations = await ggufMutations(SEED, EACH);
  const paths = mutations.map(({ file }, i) => {
    const path = join(folder, `${i}.gguf`);
    writeFileSync(path, ggufBytes(file));
    return path;
  });
  const outcomes = [];
  while (outcomes.length < paths.length) {
    const script = fileURLToPath(import.meta.url);
    const { stdout, status } = spawnSync("npx", ["tsx", script, ...paths.slice(outcomes.length)]);
    const lines = String(stdout)
      .split("\n")
      .filter((line) => line !== "");
    outcomes.push(...lines.map((line) => JSON.parse(line)));
    if (status !== 0) outcomes.push(null); // the file that ended the process
  }
  rmSync(folder, { recursive: true });
  const cases = mutations.map(({ base, name }, i) => ({ base, name, llama: outcomes[i] }));
  const lines = cases.map((one) => JSON.stringify(one)).join(",\n");
  const head = `"seed":${SEED},"each":${EACH},"row":${JSON.stringify(ROW)},"text":${JSON.stringify(TEXT)}`;
  writeFileSync("src/lab/fixtures/ggufMutations.json", `{${head},"cases":[\n${lines}\n]}\n`);
  console.log(`${cases.length} files, ${outcomes.filter((one) => one === null).length} refused by llama.cpp`);
}
