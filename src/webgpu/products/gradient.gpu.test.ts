import { expect, test } from "vitest";
import { expectClose, normals } from "../../ops/fixture.ts";
import { describeOnGpu, floats, runKernel, settingsFor, TOLERANCE } from "../fixture.ts";
import { read, uniform, write } from "../recording/kernel.ts";
import { nameOf, PRODUCT_VARIANTS } from "../kernelVariants/variants.ts";
import { MORE_PRODUCTS, SMALL_PRODUCTS } from "./fixture.ts";
import { defineGradient } from "./gradient.ts";

/** More than a tile has, and no size a multiple of one. */
const [LINES, INPUTS, OUTPUTS] = [37, 36, 44];

const bindings = {
  batch: uniform("Batch"),
  input: read("array<vec4f>"),
  slopes: read("array<vec4f>"),
  gradients: write("array<vec4f>"),
};
const matrix = (start: number) => ({
  rows: INPUTS / 4,
  columns: OUTPUTS / 4,
  input: (line: string, row: string) => `input[${line} * ${INPUTS / 4}u + ${row}]`,
  gradient: (line: string, column: string) => `slopes[${line} * ${OUTPUTS / 4}u + ${column}]`,
  store: (row: string, column: string, sum: string) =>
    `gradients[${start}u + ${row} * ${OUTPUTS / 4}u + ${column}] += ${sum};`,
});
const variants = [...SMALL_PRODUCTS, ...MORE_PRODUCTS].filter(({ lines }) => lines % 4 === 0);

describeOnGpu("gradients of matrices", (gpu) => {
  const input = normals(1, [LINES, INPUTS]).data;
  const slopes = normals(2, [LINES, OUTPUTS]).data;
  const expected = Float64Array.from({ length: INPUTS * OUTPUTS }, (_, i) => {
    const [row, column] = [Math.floor(i / OUTPUTS), i % OUTPUTS];
    let sum = 0;
    for (let line = 0; line < LINES; line++)
      sum += input[line * INPUTS + row]! * slopes[line * OUTPUTS + column]!;
    return sum;
  });

  test.each(variants.map((variant) => ({ variant, name: nameOf(variant) })))(
    "agree with float64 over many tiles in $name",
    async ({ variant }) => {
      const size = INPUTS * OUTPUTS;
      const kernel = defineGradient("gradient", bindings, [matrix(0), matrix(size / 4)], variant);
      const { gradients } = await runKernel(gpu(), kernel, LINES, {
        batch: settingsFor(LINES),
        input: floats(input),
        slopes: floats(slopes),
        gradients: new Float32Array(2 * size),
      });
      for (const start of [0, size])
        expectClose("gradient", gradients!.subarray(start, start + size), expected, TOLERANCE);
    },
  );
});

test("a variant whose rows are no vectors is refused", () => {
  const narrow = PRODUCT_VARIANTS.find(({ lines }) => lines % 4 !== 0)!;
  expect(() => defineGradient("gradient", bindings, [matrix(0)], narrow)).toThrow("vectors of four");
});
