import { expect, test } from "vitest";
import { expectClose, normals } from "../../ops/fixture.ts";
import { describeOnGpu, floats, runKernel, settingsFor } from "../fixture.ts";
import { read, uniform, write } from "../recording/kernel.ts";
import { held, PRECISIONS } from "../../formats/numbers/fixture.ts";
import {
  packedBytes,
  packedVectors,
  packRows,
  overInputs,
  overOutputs,
  type PackedPrecision,
} from "../weights/packedMatrix.ts";
import { productReference } from "../kernels/fixture.ts";
import { nameOf } from "../kernelVariants/variants.ts";
import { SMALL_PRODUCTS } from "./fixture.ts";
import { defineProduct } from "./defineProduct.ts";

/** Sums of 76 products in float32 instead of float64, relative to the largest: 76 roundings of 6e-8 at most. */
const TOLERANCE = 5e-6;
/** An odd number of groups of four outputs; blocks of 32 inputs of which the last is not whole. */
const [LINES, INPUTS, OUTPUTS] = [11, 76, 44];

const bindings = {
  batch: uniform("Batch"),
  input: read("array<vec4f>"),
  matrix: read("array<vec4u>"),
  products: write("array<vec4f>"),
};

describeOnGpu("products with packed matrices", (gpu) => {
  const weight = Float32Array.from(normals(2, [OUTPUTS, INPUTS]).data);
  const cases = PRECISIONS.flatMap((precision) =>
    SMALL_PRODUCTS.map((variant) => ({ precision, variant, name: nameOf(variant) })),
  );
  const START = 3; // vectors that something else takes

  const packed = (precision: PackedPrecision) => {
    const matrix = { precision, outputs: OUTPUTS, inputs: INPUTS, start: START };
    const words = new Uint32Array((START + packedVectors(matrix)) * 4);
    const half = 20;
    packRows(words, matrix, weight.subarray(0, half * INPUTS), 0);
    packRows(words, matrix, weight.subarray(half * INPUTS), half);
    return { matrix, words };
  };

  test.each(cases)("sum $precision over inputs as float64 does, in $name", async ({ precision, variant }) => {
    const input = normals(1, [LINES, INPUTS]).data;
    const { matrix, words } = packed(precision);
    const columns = 9; // of the outputs from 8 on
    const product = {
      name: "product",
      bindings,
      columns,
      terms: [
        {
          vectors: INPUTS / 4,
          input: { buffer: "input", stride: INPUTS / 4, offset: 0 },
          weights: [overInputs(matrix, "matrix", 8)],
        },
      ],
      store: (line: string, column: string, [sum = ""]: readonly string[]) =>
        `products[${line} * ${columns}u + ${column}] += ${sum};`,
    };
    const { products } = await runKernel(gpu(), defineProduct(product, variant), LINES, {
      batch: settingsFor(LINES),
      input: floats(input),
      matrix: words,
      products: new Float32Array(LINES * columns * 4),
    });
    const rows = held(precision, weight, INPUTS).subarray(8 * INPUTS, (8 + 4 * columns) * INPUTS);
    expectClose("products", products!, productReference(input, Float64Array.from(rows), INPUTS), TOLERANCE);
  });

  test.each(cases)(
    "sum $precision over outputs as float64 does, in $name",
    async ({ precision, variant }) => {
      const summed = 24; // outputs from 12 on
      const gradient = normals(4, [LINES, summed]).data;
      const { matrix, words } = packed(precision);
      const product = {
        name: "product",
        bindings,
        columns: INPUTS / 4,
        terms: [
          {
            vectors: summed / 4,
            input: { buffer: "input", stride: summed / 4, offset: 0 },
            weights: [overOutputs(matrix, "matrix", 12)],
          },
        ],
        store: (line: string, column: string, [sum = ""]: readonly string[]) =>
          `products[${line} * ${INPUTS / 4}u + ${column}] += ${sum};`,
      };
      const { products } = await runKernel(gpu(), defineProduct(product, variant), LINES, {
        batch: settingsFor(LINES),
        input: floats(gradient),
        matrix: words,
        products: new Float32Array(LINES * INPUTS),
      });
      const rows = held(precision, weight, INPUTS);
      const turned = Float64Array.from({ length: INPUTS * summed }, (_, i) => {
        const [input, output] = [Math.floor(i / summed), i % summed];
        return rows[(12 + output) * INPUTS + input]!;
      });
      expectClose("products", products!, productReference(gradient, turned, summed), TOLERANCE);
    },
  );
});

test("a packed matrix takes the bytes of its numbers and scales", () => {
  expect(packedBytes("f16", 64, 128)).toBe(64 * 128 * 2);
  expect(packedBytes("q8_0", 64, 128)).toBe((64 * 128 * 34) / 32);
  expect(packedBytes("q4_0", 64, 128)).toBe((64 * 128 * 18) / 32);
});
