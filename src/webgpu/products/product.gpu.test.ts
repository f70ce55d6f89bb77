import { test } from "vitest";
import { expectClose, normals } from "../../ops/fixture.ts";
import { describeOnGpu, floats, runKernel, settingsFor, TOLERANCE } from "../fixture.ts";
import { read, uniform, write } from "../recording/kernel.ts";
import { transpose } from "../layout/parameterLayout.ts";
import { normReference, productReference } from "../kernels/fixture.ts";
import { nameOf } from "../kernelVariants/variants.ts";
import { MORE_PRODUCTS, SMALL_PRODUCTS } from "./fixture.ts";
import { defineProduct } from "./defineProduct.ts";
import { weightsByInput, weightsByOutput } from "./product.ts";

/** More than a tile has, and no size a multiple of one. */
const [LINES, INPUTS, OUTPUTS] = [37, 36, 44];
const EPSILON = 1e-5;

const bindings = {
  batch: uniform("Batch"),
  input: read("array<vec4f>"),
  norm: read("array<vec4f>"),
  matrix: read("array<vec4f>"),
  products: write("array<vec4f>"),
};
const layouts = {
  inputs: weightsByInput("matrix", 0, OUTPUTS),
  outputs: weightsByOutput("matrix", 0, INPUTS, OUTPUTS),
};
const cases = [
  ...SMALL_PRODUCTS.map((variant) => ({ by: "inputs" as const, variant })),
  ...[...SMALL_PRODUCTS, ...MORE_PRODUCTS].map((variant) => ({ by: "outputs" as const, variant })),
].map((each) => ({ ...each, name: nameOf(each.variant) }));

describeOnGpu("products", (gpu) => {
  const input = normals(1, [LINES, INPUTS]).data;
  const weight = normals(2, [OUTPUTS, INPUTS]).data;
  const norm = normals(3, [INPUTS]).data;
  const expected = productReference(normReference(input, norm, EPSILON), weight, INPUTS);

  test.each(cases)("agree with float64 over many tiles in $name, weights by $by", async ({ by, variant }) => {
    const product = {
      name: "product",
      bindings,
      columns: OUTPUTS / 4,
      terms: [
        {
          vectors: INPUTS / 4,
          input: { buffer: "input", stride: INPUTS / 4, offset: 0 },
          weights: [layouts[by]],
        },
      ],
      norm: { weight: (i: string) => `norm[${i}]`, width: INPUTS, epsilon: EPSILON },
      store: (line: string, column: string, [sum = ""]: readonly string[]) =>
        `products[${line} * ${OUTPUTS / 4}u + ${column}] += ${sum};`, // added, to see that each is stored once
    };
    const matrix = floats(weight);
    const { products } = await runKernel(gpu(), defineProduct(product, variant), LINES, {
      batch: settingsFor(LINES),
      input: floats(input),
      norm: floats(norm),
      matrix: by === "outputs" ? matrix : transpose(matrix, OUTPUTS, INPUTS),
      products: new Float32Array(LINES * OUTPUTS),
    });
    expectClose("products", products!, expected, TOLERANCE);
  });
});
