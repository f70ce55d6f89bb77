import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { decodeAttentionComposite } from "./composite.ts";
import { decodeAttentionFused } from "./fused.ts";
import type { DecodeAttentionInput } from "./input.ts";

/** Attention of the token of each row to the prefix of its group and its own suffix, with scale 1/sqrt(hd); returns [R, H*hd]. Has no gradient. */
export function decodeAttention(input: DecodeAttentionInput): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? decodeAttentionComposite(input) : decodeAttentionFused(kernels, input);
}
