/** Runs one job and reports its result. */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import threadedSimdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import * as tf from "../../../src/ops/tf.ts";
import { installWasmKernels } from "../../../src/ops/wasm/installWasmKernels.ts";
import threadedKernels from "../../../src/ops/wasm/kernels-threaded.wasm?url";
import kernels from "../../../src/ops/wasm/kernels.wasm?url";
import { CONTENDERS } from "../../contenders/contenders.ts";
import { openModel } from "../../contenders/models.ts";
import type { FromWorker, Job } from "../job.ts";
import { measureLimits } from "../limits.ts";
import { runJob } from "../measure.ts";

const post = (message: FromWorker): void => self.postMessage(message);
const PAGE = new URL("../", self.location.href); // workers are built into a subfolder of the page's

async function file(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await fetch(new URL(path, PAGE));
  // A server may answer a missing file with its page.
  if (!response.ok || response.headers.get("content-type")?.includes("text/html") === true) return null;
  return new Uint8Array(await response.arrayBuffer());
}

async function startWasm(withKernels: boolean): Promise<void> {
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plainWasm,
    "tfjs-backend-wasm-simd.wasm": simdWasm,
    "tfjs-backend-wasm-threaded-simd.wasm": threadedSimdWasm,
  });
  if (!(await tf.setBackend("wasm"))) throw new Error("the WASM backend did not start");
  await tf.ready();
  if (!withKernels) return;
  const download = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();
  await installWasmKernels(await download(kernels), await download(threadedKernels));
}

const gpu = "gpu" in navigator ? navigator.gpu : null; // absent on insecure pages, contrary to its type

async function run(job: Job | "limits") {
  if (job === "limits") return gpu && measureLimits(gpu);
  const open = await CONTENDERS[job.contender].load();
  const model = await openModel(job.model, file);
  return runJob(job, open, model, { gpu, file, startWasm }, (line) => post({ line }));
}

self.onmessage = ({ data }: MessageEvent<Job | "limits">) => {
  run(data).then(
    (result) => post({ result }),
    (error: unknown) => post({ error: error instanceof Error ? error.message : String(error) }),
  );
};
