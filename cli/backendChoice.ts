/** What --backend accepts; apart from the backends themselves so that --help need not load them. */
import type { BackendChoice } from "../src/worker/protocol.ts";

export const BACKEND_CHOICES = [
  "auto",
  "wasm",
  "webgpu",
  "webgpu-operations",
  "cpu",
] as const satisfies readonly BackendChoice[];
