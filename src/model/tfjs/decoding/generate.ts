/** Prompts -> sampled responses: prefill once per prompt, then decoding on the fastest path of the backend. */
import * as tf from "../../../ops/tf.ts";
import { activeKernels } from "../../../ops/wasm/installWasmKernels.ts";
import type { Decoding, Generated, RowRequest } from "../../../decoder/generation.ts";
import { decodeByKernels, kernelsDecode } from "./decodeByKernels.ts";
import { decodeByOperations } from "./decodeByOperations.ts";
import { prefill } from "./prefill.ts";
import type { Decoder } from "../transformer.ts";

/**
 * Decodes every row to its end-of-sequence token or `maxTokens`. A row's tokens depend on its seed and stream, not on the
 * rest of the batch. Awaits `pause` between steps with the number of unfinished rows.
 */
export async function generate(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  requests: readonly RowRequest[],
  decoding: Decoding,
  pause: (live: number) => Promise<void>,
): Promise<Generated[]> {
  const read = prefill(decoder, prompts);
  const kernels = activeKernels();
  try {
    if (kernels === undefined || !kernelsDecode(decoder.config))
      return await decodeByOperations(decoder, read, requests, decoding, pause);
    return await decodeByKernels(kernels, decoder, read, requests, decoding, pause);
  } finally {
    tf.dispose([read.logits, read.prefix.map(Object.values)]);
  }
}
