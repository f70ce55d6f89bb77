/** Runs the job given as a JSON argument in Node on Dawn; writes its result to standard output as JSON. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import { startDawn } from "../../src/ops/gpu/fixture.ts";
import * as tf from "../../src/ops/tf.ts";
import { installWasmKernelsInNode } from "../../src/ops/wasm/loadNode.ts";
import { ROOT } from "../../tools/ensurePackages.mjs";
import { CONTENDERS } from "../contenders/contenders.ts";
import { openModel } from "../contenders/models.ts";
import type { Job } from "./job.ts";
import { measureLimits } from "./limits.ts";
import { runJob } from "./measure.ts";

async function file(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const folder = path.startsWith("onnx/") ? "bench" : "public";
  return readFile(join(ROOT, folder, path)).then(
    (bytes) => new Uint8Array(bytes),
    () => null,
  );
}

async function startWasm(kernels: boolean): Promise<void> {
  if (!(await tf.setBackend("wasm"))) throw new Error("the WASM backend did not start");
  if (kernels) await installWasmKernelsInNode();
}

async function run(job: Job | "limits"): Promise<unknown> {
  const gpu = startDawn();
  if (job === "limits") return measureLimits(gpu);
  const open = await CONTENDERS[job.contender].load();
  const model = await openModel(job.model, file);
  return runJob(job, open, model, { gpu, file, startWasm }, (line) => console.error(line));
}

const result = await run(JSON.parse(process.argv[2] ?? "null") as Job | "limits"); // written by nodeRunner.ts
process.stdout.write(JSON.stringify(result), () => process.exit(0)); // Dawn's threads keep the process alive
