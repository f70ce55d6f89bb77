import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import { entropyOnTape } from "./entropy.ts";
import type { TokenLogprob } from "./result.ts";

/**
 * Log-probability and entropy in one pass over the logits, by the WASM kernels. The gradient computes the softmax
 * again from the kept log-sum-exp, so that the only [M,V] buffer besides the logits is the gradient itself.
 */
export function tokenLogprobFused(kernels: WasmKernels, logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const [m, v] = matrixShape("tokenLogprob: logits", logits);
  expectShape("tokenLogprob: ids", ids, [m]);
  kernels.expectIndices("tokenLogprob: ids", ids, v);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  // Computed outside the tape: a tape node has one output, and all three come from one pass.
  const [logprob, entropy, lse] = [kernels.output([m]), kernels.output([m]), kernels.output([m])];
  const idsAt = kernels.address(ids, "int32");
  const rows = { count: m, work: 16 * v };
  const places = [at(logprob), at(entropy), at(lse)] as const;
  const logitsAt = at(logits);
  kernels.inParts("tokenLogprobForward", rows, (begin, end) => {
    const [logprobAt, entropyAt, lseAt] = [
      places[0] + begin * 4,
      places[1] + begin * 4,
      places[2] + begin * 4,
    ];
    return [logitsAt + begin * v * 4, idsAt + begin * 4, logprobAt, entropyAt, lseAt, end - begin, v];
  });
  const onTape = differentiable([logits], () => ({
    value: logprob,
    saved: [logits, ids, lse],
    backward: (dy, saved) => {
      const dlogits = kernels.output([m, v]);
      const savedIds = kernels.address(nth(saved, 1), "int32");
      const [dyAt, fromAt, lseAt, toAt] = [at(dy), at(nth(saved, 0)), at(nth(saved, 2)), at(dlogits)];
      kernels.inParts("tokenLogprobBackward", rows, (begin, end) => {
        const [row, logit] = [begin * 4, begin * v * 4];
        return [dyAt + row, fromAt + logit, savedIds + row, lseAt + row, toAt + logit, end - begin, v];
      });
      return [dlogits];
    },
  }));
  lse.dispose();
  return { logprob: onTape as tf.Tensor1D, entropy: entropyOnTape(logits, () => entropy) };
}
