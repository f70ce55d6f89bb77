import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** SwiGLU activation (arXiv 2002.05202): `silu(gate) * up`, both [M,F] -> [M,F]. */
export const swiglu = operation(swigluFused, swigluComposite);

function swigluComposite(gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => tf.mul<tf.Tensor2D>(tf.mul(gate, tf.sigmoid(gate)), up));
}

function swigluFused(kernels: WasmKernels, gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  const shape = matrixShape("swiglu: gate", gate);
  expectShape("swiglu: up", up, shape);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const elements = { count: gate.size, unit: 8 };
  const gated = differentiable([gate, up], () => {
    const y = kernels.output(shape);
    const [gateAt, upAt, yAt] = [at(gate), at(up), at(y)];
    kernels.inParts("swigluForward", { ...elements, work: 20 }, (begin, end) => {
      const offset = begin * 4;
      return [gateAt + offset, upAt + offset, yAt + offset, end - begin];
    });
    return {
      value: y,
      saved: [gate, up],
      backward: (dy, saved) => {
        const dgate = kernels.output(shape);
        const dup = kernels.output(shape);
        const places = [dy, nth(saved, 0), nth(saved, 1), dgate, dup].map(at);
        kernels.inParts("swigluBackward", { ...elements, work: 30 }, (begin, end) => {
          const [dyAt = 0, gateAt = 0, upAt = 0, dgateAt = 0, dupAt = 0] = places.map(
            (place) => place + begin * 4,
          );
          return [dyAt, gateAt, upAt, dgateAt, dupAt, end - begin];
        });
        return [dgate, dup];
      },
    };
  });
  return gated as tf.Tensor2D; // the shape of gate
}
