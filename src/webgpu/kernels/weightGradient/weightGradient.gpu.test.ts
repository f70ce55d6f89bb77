import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  floats,
  ODD_SHAPE,
  oddLayer,
  runKernel,
  settingsFor,
  TOLERANCE,
} from "../../fixture.ts";
import { plainLayer } from "../../weights/layerWeights.ts";
import { transpose } from "../../layout/parameterLayout.ts";
import { normReference, productReference } from "../fixture.ts";
import { SMALL_PRODUCTS } from "../../products/fixture.ts";
import { nameOf } from "../../kernelVariants/variants.ts";
import { backProject } from "../backProject/backProject.ts";
import { weightGradient } from "./weightGradient.ts";
import { at } from "../../../math/at.ts";

const { width, heads, kvHeads, headDim, normEpsilon } = ODD_SHAPE;
const [QUERIES, KEYS] = [heads * headDim, kvHeads * headDim];
const NORM = "input_layernorm.weight";
const part = (name: string, gradient: string, stride: number, column = 0) => ({
  part: `self_attn.${name}`,
  gradient,
  stride,
  column,
});
const PARTS = [
  part("q_proj.weight", "queryGradient", QUERIES),
  part("k_proj.weight", "cacheGradient", 2 * KEYS),
  part("v_proj.weight", "cacheGradient", 2 * KEYS, KEYS),
];

/** Columns [from, to) of lines of `stride`. */
function columns(x: Float64Array, stride: number, from: number, to: number): Float64Array {
  return x.filter((_, i) => i % stride >= from && i % stride < to);
}

describeOnGpu("gradients of projections", (gpu) => {
  const { layout, block, weights } = oddLayer();
  const x = normals(1, [5, width]).data;
  const queryGradient = normals(2, [5, QUERIES]).data;
  const cacheGradient = normals(3, [5, 2 * KEYS]).data;
  const outputs = new Map([
    ["q_proj", queryGradient],
    ["k_proj", columns(cacheGradient, 2 * KEYS, 0, KEYS)],
    ["v_proj", columns(cacheGradient, 2 * KEYS, KEYS, 2 * KEYS)],
  ]);
  const bound = {
    batch: settingsFor(5),
    layer: block,
    queryGradient: floats(queryGradient, 8 * QUERIES),
    cacheGradient: floats(cacheGradient, 8 * 2 * KEYS),
  };

  const variants = SMALL_PRODUCTS.map((variant) => ({ variant, name: nameOf(variant) }));
  test.each(variants)(
    "weightGradient adds those of several matrices behind a norm, in $name",
    async ({ variant }) => {
      const scales = Float32Array.from({ length: 5 }, (_, line) => {
        const squares = x
          .subarray(line * width, (line + 1) * width)
          .reduce((sum, value) => sum + value ** 2, 0);
        return 1 / Math.sqrt(squares / width + normEpsilon);
      });
      const { gradients } = await runKernel(gpu(), weightGradient(layout, PARTS, NORM, variant), 5, {
        ...bound,
        input: floats(x, 8 * width),
        scales,
        gradients: new Float32Array(block.length).fill(1),
      });
      const normed = normReference(x, weights.get(NORM)!, normEpsilon);
      for (const [name, gradient] of outputs) {
        const { offset, size, shape } = layout.get(`self_attn.${name}.weight`)!;
        const stored = gradients!.slice(offset, offset + size).map((value) => value - 1);
        const found = transpose(stored, shape[1]!, shape[0]!);
        expectClose(name, found, weightGradientReference(normed, gradient, 5), TOLERANCE);
      }
    },
  );

  test.each(variants)(
    "backProject adds up what several matrices send back, in $name",
    async ({ variant }) => {
      const { inputGradient } = await runKernel(gpu(), backProject(plainLayer(layout), PARTS, variant), 5, {
        ...bound,
        inputGradient: new Float32Array(8 * width),
      });
      const expected = new Float64Array(5 * width);
      for (const [name, gradient] of outputs) {
        const weight = weights.get(`self_attn.${name}.weight`)!;
        const rows = weight.length / width;
        const turned = Float64Array.from(transpose(Float32Array.from(weight), rows, width));
        productReference(gradient, turned, rows).forEach((value, i) => (expected[i]! += value));
      }
      expectClose("input", inputGradient!.subarray(0, 5 * width), expected, TOLERANCE);
    },
  );
});

/** Input [M, K] transposed times gradient [M, N], transposed: the gradient of a matrix [N, K], in float64. */
function weightGradientReference(input: Float64Array, gradient: Float64Array, lines: number): Float64Array {
  const [inputs, outputs] = [input.length / lines, gradient.length / lines];
  return Float64Array.from({ length: inputs * outputs }, (_, i) => {
    const [output, k] = [Math.floor(i / inputs), i % inputs];
    let sum = 0;
    for (let line = 0; line < lines; line++)
      sum += at(input, line * inputs + k) * at(gradient, line * outputs + output);
    return sum;
  });
}
