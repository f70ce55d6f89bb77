import { WORKGROUP, unroll } from "../recording/kernel.ts";
import type { Registers, Split } from "../kernelVariants/variants.ts";
import { matricesOf, normScale, times, type Product, type ProductText, type Term } from "./product.ts";

/** Each invocation computes a few lines and vectors; consecutive invocations read consecutive columns of the same lines. */
export function registersText(product: Product, { lines, vectors }: Registers): ProductText {
  const { columns, terms } = product;
  const across = Math.ceil(columns / vectors);
  const column = (c: number): string =>
    (c + 1) * across > columns ? `min(across + ${c * across}u, ${columns - 1}u)` : `across + ${c * across}u`;
  return {
    workgroup: WORKGROUP,
    workgroups: (count) => Math.ceil((Math.ceil(count / lines) * across) / WORKGROUP),
    declarations: "",
    body: `
  let first = id / ${across}u * ${lines}u;
  if (first >= batch.count) { return; }
  let last = batch.count - 1u;
  let across = id % ${across}u;
  ${unroll(vectors, (c) => `let column${c} = ${column(c)};`)}
  ${declareSums(product, { lines, vectors })}
  ${terms.map((term) => accumulate(product, term, { lines, vectors }, "0u", 1)).join("")}
  ${unroll(lines, (r) => `if (first + ${r}u <= last) {${unroll(vectors, (c) => store(product, r, c, across))}}`)}`,
  };
}

/** WGSL that declares the sums of an invocation: products, and squares of its lines if there is a norm. */
export function declareSums(product: Product, { lines, vectors }: Pick<Split, "lines" | "vectors">): string {
  const ofVector = (r: number, c: number): string =>
    unroll(matricesOf(product).length, (p) => `var sum${r}_${c}_${p} = vec4f();`, " ");
  const ofLine = (r: number): string => unroll(vectors, (c) => ofVector(r, c), " ");
  return unroll(lines, (r) => ofLine(r) + (product.norm ? ` var squares${r} = 0.0;` : ""));
}

/** WGSL that adds every `step`th vector of a term from `from` on to the sums of an invocation. */
export function accumulate(
  product: Product,
  { vectors: length, input, weights, plain = false }: Term,
  { lines, vectors }: Pick<Split, "lines" | "vectors">,
  from: string,
  step: number,
): string {
  const norm = plain ? undefined : product.norm;
  const blocks = (text: (c: number, p: number) => string): string =>
    unroll(vectors, (c) => weights.map((_, p) => text(c, p)).join("\n"));
  const products = (r: number): string =>
    unroll(vectors, (c) =>
      weights
        .map((w, p) => (w ? `sum${r}_${c}_${p} += ${times(w, `w${c}_${p}Block`, "value")};` : ""))
        .join(" "),
    );
  const vector = (r: number): string => `${input.buffer}[line${r} + i]`;
  return `{
  ${unroll(lines, (r) => `let line${r} = min(first + ${r}u, last) * ${input.stride}u + ${input.offset}u;`)}
  ${blocks((c, p) => weights[p]?.declare(`column${c}`, `w${c}_${p}`) ?? "")}
  for (var i = ${from}; i < ${length}u; i += ${step}u) {
    ${norm ? `let norm = ${norm.weight("i")};` : ""}
    ${blocks((c, p) => weights[p]?.block(`w${c}_${p}`, "i") ?? "")}
    ${unroll(
      lines,
      (r) => `{
      ${norm ? `let raw = ${vector(r)}; squares${r} += dot(raw, raw); let value = raw * norm;` : `let value = ${vector(r)};`}
      ${products(r)}
    }`,
    )}
  }
  }`;
}

/** WGSL that stores the products of one vector unless it repeats the last one. */
function store(product: Product, r: number, c: number, across: number): string {
  const products = matricesOf(product).map((p) => `sum${r}_${c}_${p}${product.norm ? " * scale" : ""}`);
  const text = product.store(`(first + ${r}u)`, `column${c}`, products);
  const isCopy = (c + 1) * across > product.columns;
  return `{
    ${product.norm ? `let scale = ${normScale(product, `squares${r}`)};` : ""}
    ${isCopy ? `if (across + ${c * across}u < ${product.columns}u) { ${text} }` : text}
  }`;
}
