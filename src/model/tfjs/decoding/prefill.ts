/** Prefill: prompts -> KV cache and the logits of the next token. */
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import * as tf from "../../../ops/tf.ts";
import { causal, indices, packRows } from "../packedRows.ts";
import { hiddenStates, logitsOf, type Decoder } from "../transformer.ts";

/** Keys and values of G prompts per layer [Mp, Hkv*hd], and the logits [G, V] of their next tokens. */
export interface Prefill {
  readonly prefix: readonly { readonly keys: tf.Tensor; readonly values: tf.Tensor }[];
  /** Offset of each prompt, then Mp: [G + 1] */
  readonly starts: Int32Array;
  readonly logits: tf.Tensor;
}

/** Prefills all prompts at once. The caller disposes of the result. */
export function prefill(decoder: Decoder, prompts: readonly Int32Array[]): Prefill {
  return tf.tidy(() => {
    const packed = packRows(prompts);
    const prefix: { keys: tf.Tensor; values: tf.Tensor }[] = [];
    const attend = causal(decoder.config, packed);
    const hidden = hiddenStates(
      decoder,
      indices(packed.tokens),
      indices(packed.positions),
      (layer, q, k, v) => {
        // Clones share the data and outlive the tidy.
        prefix.push({ keys: tf.keep(tf.clone(k)), values: tf.keep(tf.clone(v)) });
        return attend(layer, q, k, v);
      },
    );
    const last = gatherRows(hidden, indices(packed.starts.slice(1).map((end) => end - 1)));
    return { prefix, starts: packed.starts, logits: tf.keep(logitsOf(decoder, last)) };
  });
}
