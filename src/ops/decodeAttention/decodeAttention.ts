import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { decodeAttentionComposite } from "./composite.ts";
import { decodeAttentionFused } from "./fused.ts";
import type { DecodeAttentionInput } from "./input.ts";

/** Attention of each row's token to its group's prefix and its own suffix, scale 1/sqrt(hd) -> [R, H*hd]. No gradient. */
export function decodeAttention(input: DecodeAttentionInput): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? decodeAttentionComposite(input) : decodeAttentionFused(kernels, input);
}
