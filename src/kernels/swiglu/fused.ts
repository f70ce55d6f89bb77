import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** `silu(gate) * up` by the WASM kernels. */
export function swigluFused(kernels: WasmKernels, gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  const shape = matrixShape("swiglu: gate", gate);
  expectShape("swiglu: up", up, shape);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const gated = differentiable([gate, up], () => {
    const y = kernels.output(shape);
    kernels.call.swigluForward(at(gate), at(up), at(y), gate.size);
    return {
      value: y,
      saved: [gate, up],
      backward: (dy, saved) => {
        const dgate = kernels.output(shape);
        const dup = kernels.output(shape);
        kernels.call.swigluBackward(
          at(dy),
          at(nth(saved, 0)),
          at(nth(saved, 1)),
          at(dgate),
          at(dup),
          dy.size,
        );
        return [dgate, dup];
      },
    };
  });
  return gated as tf.Tensor2D; // the shape of gate
}
