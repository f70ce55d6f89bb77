import { WORKGROUP, defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";

/** One AdamW step on the flat buffer of all parameters. */

/** Number of partial sums of squares: enough invocations for a GPU, with enough work for each. */
export function partialSums(size: number): number {
  return Math.min(MOST_SUMS, Math.ceil(size / SQUARES_EACH / WORKGROUP) * WORKGROUP);
}

const MOST_SUMS = 1 << 16;
const SQUARES_EACH = 64;

export const STEP_BYTES = 32;

const STEP_WGSL = `
struct Step {
  learningRate: f32, beta1: f32, beta2: f32, correction1: f32,
  correction2: f32, epsilon: f32, clip: f32, weightDecay: f32,
}`;

/** Partial sums of squares of a gradient of `size` numbers. One invocation: a strided subset of its vectors. */
export function squares(size: number): Kernel {
  const sums = partialSums(size);
  return defineKernel({
    name: "squares",
    bindings: { gradients: read("array<vec4f>"), partial: write("array<f32>") },
    invocations: () => sums,
    body: `
  if (id >= ${sums}u) { return; }
  var sum = 0.0;
  for (var i = id; i < ${size / 4}u; i += ${sums}u) { sum += dot(gradients[i], gradients[i]); }
  partial[id] = sum;`,
  });
}

/**
 * norm = [global norm of the gradient, clipping scale]; the scale is 0 if the norm is not finite. One workgroup, whose first
 * invocation adds the partial sums of the others.
 */
export function norm(size: number): Kernel {
  return defineKernel({
    name: "norm",
    bindings: { step: uniform("Step"), partial: read("array<f32>"), norm: write("array<f32>") },
    invocations: () => WORKGROUP,
    declarations: `${STEP_WGSL}
var<workgroup> sums: array<f32, ${WORKGROUP}>;`,
    body: `
  var sum = 0.0;
  for (var i = local; i < ${partialSums(size)}u; i += ${WORKGROUP}u) { sum += partial[i]; }
  sums[local] = sum;
  workgroupBarrier();
  if (local > 0u) { return; }
  sum = 0.0;
  for (var i = 0u; i < ${WORKGROUP}u; i++) { sum += sums[i]; }
  norm[0] = sqrt(sum);
  // As torch.nn.utils.clip_grad_norm_. A comparison with what is no number is false.
  norm[1] = select(0.0, min(1.0, step.clip / (norm[0] + 1e-6)), norm[0] < 1e30);`,
  });
}

/**
 * AdamW (arXiv 1711.05101) with PyTorch's semantics, on the gradient scaled by `norm`; zeroes the gradient for the next
 * accumulation. Weights and moments do not change if the scale is 0. One invocation: four parameters.
 */
export function adamw(size: number): Kernel {
  return defineKernel({
    name: "adamw",
    bindings: {
      step: uniform("Step"),
      norm: read("array<f32>"),
      gradients: write("array<vec4f>"),
      parameters: write("array<vec4f>"),
      first: write("array<vec4f>"),
      second: write("array<vec4f>"),
    },
    invocations: () => size / 4,
    declarations: STEP_WGSL,
    body: `
  if (id >= ${size / 4}u) { return; }
  let gradient = gradients[id] * norm[1];
  gradients[id] = vec4f();
  if (norm[1] == 0.0) { return; }
  let m = step.beta1 * first[id] + (1.0 - step.beta1) * gradient;
  let v = step.beta2 * second[id] + (1.0 - step.beta2) * gradient * gradient;
  first[id] = m;
  second[id] = v;
  let update = (m / step.correction1) / (sqrt(v / step.correction2) + step.epsilon);
  parameters[id] = parameters[id] * (1.0 - step.learningRate * step.weightDecay) - step.learningRate * update;`,
  });
}
