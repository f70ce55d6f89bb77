/* eslint-disable -- node-llama-cpp is installed only for this script, so nothing has types */
// @ts-nocheck
/**
 * Opens the tiny models of src/formats/fixtures with llama.cpp, as they are and as exported by the lab, and compares their greedy
 * tokens with those of transformers: rotary scaling, head sizes and head norms have the same meaning in all.
 *
 *     npm install --no-save node-llama-cpp@3.22.1
 *     npx tsx tools/oracle/check_gguf_fixtures.mjs
 *
 * Exits 1 when any differ.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";
import { fileSource } from "../../cli/files/fileSource.ts";
import { exportGguf } from "../../src/formats/gguf/ggufExport.ts";
import { openGgufModel } from "../../src/formats/gguf/ggufModel.ts";
import { wholeFile } from "../../src/formats/streamed.ts";
import { readModelConfig } from "../../src/model/language/config.ts";
import { FIXTURES, loadFixture } from "../../src/model/fixture.ts";

const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const cache = {
  experimentalKvCacheKeyType: "F32",
  experimentalKvCacheValueType: "F32",
  flashAttention: false,
};

async function continued(modelPath, { prompt, tokens }) {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: 64, threads: 1, ...cache });
  const found = [];
  for await (const token of context.getSequence().evaluate(prompt, { temperature: 0 })) {
    found.push(token);
    if (found.length === tokens.length) break;
  }
  await model.dispose();
  return found;
}

const folder = mkdtempSync(join(tmpdir(), "gguf-"));
let failed = false;
for (const name of FIXTURES) {
  const { greedy } = loadFixture(name).expected;
  const file = `src/formats/fixtures/${name}.gguf`;
  const { texts, weights } = await openGgufModel(fileSource(file));
  const again = join(folder, `${name}.gguf`);
  const exported = exportGguf(texts, weights, readModelConfig(texts.config), { packing: "F32", name });
  writeFileSync(again, await wholeFile(exported));
  for (const path of [file, again]) {
    const found = await continued(path, greedy);
    const isSame = found.join() === greedy.tokens.join();
    failed ||= !isSame;
    console.log(
      `${path}: ${found} by llama.cpp, ${greedy.tokens} by transformers${isSame ? "" : ": DIFFERENT"}`,
    );
  }
}
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
