import { WORKGROUP, unroll } from "../recording/kernel.ts";
import type { Split } from "../kernelVariants/variants.ts";
import { matricesOf, normScale, type Product, type ProductText } from "./product.ts";
import { accumulate, declareSums } from "./registers.ts";

/**
 * Invocations of a workgroup share the sums of a few lines and vectors: each adds every `slices`th vector, and the partial
 * sums are added through shared memory in a fixed order, so results are deterministic.
 */
export function splitText(product: Product, variant: Split): ProductText {
  const { lines, vectors, subgroups } = variant;
  const slices = subgroups ? WORKGROUP : variant.slices;
  const width = (WORKGROUP / slices) * vectors; // vectors per workgroup
  const across = Math.ceil(product.columns / width);
  const matrices = matricesOf(product).length;
  return {
    workgroup: WORKGROUP,
    workgroups: (count) => Math.ceil(count / lines) * across,
    ...(subgroups ? { enables: ["subgroups"] } : {}),
    declarations: `
var<workgroup> shares: array<vec4f, ${WORKGROUP * lines * vectors * matrices}>;
${product.norm ? `var<workgroup> squareShares: array<f32, ${WORKGROUP * lines}>;` : ""}`,
    body: `
  let first = group / ${across}u * ${lines}u;
  if (first >= batch.count) { return; }
  let last = batch.count - 1u;
  let slice = local / ${WORKGROUP / slices}u;
  let firstColumn = group % ${across}u * ${width}u + local % ${WORKGROUP / slices}u;
  ${unroll(vectors, (c) => `let column${c} = min(firstColumn + ${(c * WORKGROUP) / slices}u, ${product.columns - 1}u);`)}
  ${declareSums(product, variant)}
  ${product.terms.map((term) => accumulate(product, term, variant, "slice", slices)).join("")}
  ${share(product, variant)}
  workgroupBarrier();
  ${finish(product, variant, slices)}`,
  };
}

/** WGSL for each sum, given its name and index. */
function eachSum(
  product: Product,
  { lines, vectors }: Split,
  text: (name: string, i: number) => string,
): string {
  const matrices = matricesOf(product).length;
  return unroll(lines, (r) =>
    unroll(vectors, (c) =>
      unroll(matrices, (p) => text(`sum${r}_${c}_${p}`, (r * vectors + c) * matrices + p)),
    ),
  );
}

/** WGSL that writes the sums of an invocation, or of its subgroup, to shared memory; unused slots hold zeros. */
function share(product: Product, variant: Split): string {
  const { lines, subgroups } = variant;
  const place = subgroups ? "leader" : "local";
  const squares = (r: number): string => `squareShares[${r * WORKGROUP}u + ${place}] = squares${r};`;
  const text = `${eachSum(product, variant, (name, i) => `shares[${i * WORKGROUP}u + ${place}] = ${name};`)}
  ${product.norm ? unroll(lines, squares) : ""}`;
  if (!subgroups) return text;
  // The slot of a subgroup is its lowest invocation, so neither its size nor its mapping to invocations matters.
  return `let leader = subgroupMin(local);
  ${eachSum(product, variant, (name) => `${name} = subgroupAdd(${name});`)}
  ${product.norm ? unroll(lines, (r) => `squares${r} = subgroupAdd(squares${r});`) : ""}
  if (leader == local) { ${text} }`;
}

/** WGSL that adds the partial sums and stores the products, divided among the slices. */
function finish(product: Product, { lines, vectors }: Split, slices: number): string {
  const matrices = matricesOf(product);
  const width = WORKGROUP / slices;
  const scale = product.norm ? " * scale" : "";
  return `
  for (var item = slice; item < ${lines * vectors}u; item += ${slices}u) {
    let line = first + item / ${vectors}u;
    let column = firstColumn + item % ${vectors}u * ${width}u;
    if (line > last || column >= ${product.columns}u) { continue; }
    ${matrices.map((p) => `var product${p} = vec4f();`).join(" ")}
    var squares = 0.0;
    for (var share = local % ${width}u; share < ${WORKGROUP}u; share += ${width}u) {
      ${matrices.map((p) => `product${p} += shares[(item * ${matrices.length}u + ${p}u) * ${WORKGROUP}u + share];`).join("\n")}
      ${product.norm ? `squares += squareShares[item / ${vectors}u * ${WORKGROUP}u + share];` : ""}
    }
    ${product.norm ? `let scale = ${normScale(product, "squares")};` : ""}
    ${product.store(
      "line",
      "column",
      matrices.map((p) => `product${p}${scale}`),
    )}
  }`;
}
