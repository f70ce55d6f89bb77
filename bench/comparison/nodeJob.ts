/** Runs one job in Node on Dawn: the job comes as an argument, the result goes to standard output as JSON. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import { startDawn } from "../../src/ops/gpu/fixture.ts";
import * as tf from "../../src/ops/tf.ts";
import { installWasmKernelsInNode } from "../../src/ops/wasm/loadNode.ts";
import type { Surroundings } from "../contenders/contender.ts";
import { CONTENDERS } from "../contenders/contenders.ts";
import { measureKernels, type KernelsAsked } from "../kernels/kernels.ts";
import { measureLimits } from "../kernels/limits.ts";
import { runJob } from "./measure.ts";
import { openModel } from "../contenders/models.ts";
import { ROOT } from "./node.ts";
import type { Job } from "./job.ts";

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

async function run(what: Job | "limits" | KernelsAsked): Promise<unknown> {
  const gpu = startDawn();
  if (what === "limits") return measureLimits(gpu);
  if ("variants" in what) return measureKernels(gpu, await openModel("abacus-0.2M", file), what);
  const surroundings: Surroundings = { gpu, file, startWasm };
  const [contender, model] = await Promise.all([
    CONTENDERS[what.contender].load(),
    openModel(what.model, file),
  ]);
  return runJob(what, contender, model, surroundings, (line) => console.error(line));
}

const result = await run(JSON.parse(process.argv[2] ?? "null") as Job | "limits" | KernelsAsked); // written by nodeRunner.ts
process.stdout.write(JSON.stringify(result), () => process.exit(0)); // Dawn's threads would keep it waiting
