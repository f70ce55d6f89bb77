import { at } from "../../math/at.ts";

/** Log-probabilities of tokens and entropies in float64: logits [m,v], ids [m]. */
export function tokenLogprobReference(
  logits: Float64Array,
  ids: Int32Array,
): { logprob: Float64Array; entropy: Float64Array } {
  const v = logits.length / ids.length;
  const logprob = new Float64Array(ids.length);
  const entropy = new Float64Array(ids.length);
  ids.forEach((id, row) => {
    const own = logits.subarray(row * v, (row + 1) * v);
    const top = Math.max(...own);
    const lse = top + Math.log(own.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    logprob[row] = at(own, id) - lse;
    entropy[row] = -own.reduce((sum, logit) => sum + Math.exp(logit - lse) * (logit - lse), 0);
  });
  return { logprob, entropy };
}
