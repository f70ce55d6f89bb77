import { unroll } from "../recording/kernel.ts";
import type { Tile } from "../kernelVariants/variants.ts";
import { matricesOf, normScale, type Product, type ProductText, type Term, type Weights } from "./product.ts";

/**
 * A workgroup computes a tile of lines and vectors. It copies `depth` vectors of its lines and weights at a time into
 * shared memory, where each is read many times. Rows there are one vector longer than needed, to avoid bank conflicts.
 */
export function tileText(product: Product, tile: Tile): ProductText {
  const { tileLines, tileVectors, lines, vectors, depth } = tile;
  const matrices = matricesOf(product);
  const across = Math.ceil(product.columns / tileVectors);
  const workgroup = (tileLines / lines) * (tileVectors / vectors);
  const squares = unroll(staged(tile), (q) => `var squares${q} = 0.0;`, " ");
  return {
    workgroup,
    workgroups: (count) => Math.ceil(count / tileLines) * across,
    declarations: `
var<workgroup> tileLines: array<vec4f, ${depth * (tileLines + 1)}>;
var<workgroup> tileWeights: array<vec4f, ${matrices.length * 4 * depth * (tileVectors + 1)}>;
${product.norm ? `var<workgroup> tileSquares: array<f32, ${depth * tileLines}>;` : ""}`,
    body: `
  let first = group / ${across}u * ${tileLines}u;
  if (first >= batch.count) { return; }
  let last = batch.count - 1u;
  let firstColumn = group % ${across}u * ${tileVectors}u;
  let across = local % ${tileVectors / vectors}u;
  let down = local / ${tileVectors / vectors}u;
  ${unroll(lines, (r) => unroll(vectors, (c) => matrices.map((p) => `var sum${r}_${c}_${p} = vec4f();`).join(" "), " "))}
  ${product.norm ? squares : ""}
  ${product.terms.map((term) => accumulate(product, term, tile, workgroup)).join("")}
  ${product.norm ? unroll(staged(tile), (q) => `tileSquares[local + ${q * workgroup}u] = squares${q};`) : ""}
  ${product.norm ? "workgroupBarrier();" : ""}
  ${unroll(lines, (r) => finish(product, tile, r))}`,
  };
}

/** Vectors of lines that each invocation copies. */
function staged({ tileLines, tileVectors, lines, vectors, depth }: Tile): number {
  return (tileLines * depth) / ((tileLines / lines) * (tileVectors / vectors));
}

/** WGSL that adds a term to the sums, `depth` vectors at a time. */
function accumulate(product: Product, term: Term, tile: Tile, workgroup: number): string {
  const { tileVectors, depth } = tile;
  const blocks = depth * tileVectors;
  const rounds = Math.ceil(blocks / workgroup);
  const bring = (q: number): string => {
    const text = term.weights
      .map((weights, p) => (weights ? bringBlock(weights, term.vectors, tile, q, p) : ""))
      .join("\n");
    return blocks < workgroup ? `if (local < ${blocks}u) { ${text} }` : text;
  };
  return `{
  ${unroll(staged(tile), (q) => declareLine(term, tile, q, workgroup))}
  ${unroll(rounds, (q) => declareBlock(product, term, tile, q, workgroup))}
  for (var start = 0u; start < ${term.vectors}u; start += ${depth}u) {
    ${unroll(staged(tile), (q) => bringLine(product, term, tile, q))}
    ${unroll(rounds, bring)}
    workgroupBarrier();
    for (var i = 0u; i < ${depth}u; i++) {
      ${multiply(term, tile)}
    }
    workgroupBarrier();
  }
  }`;
}

/** WGSL of the line and vector that an invocation copies as its `q`th. */
function declareLine({ input }: Term, { tileLines, depth }: Tile, q: number, workgroup: number): string {
  const item = `(local + ${q * workgroup}u)`;
  return `let line${q} = min(first + ${item} / ${depth}u, last) * ${input.stride}u + ${input.offset}u;
  let lineDepth${q} = ${item} % ${depth}u;
  let linePlace${q} = lineDepth${q} * ${tileLines + 1}u + ${item} / ${depth}u;`;
}

function bringLine(product: Product, { input, vectors, plain }: Term, { depth }: Tile, q: number): string {
  const norm = plain ? undefined : product.norm;
  const isWhole = vectors % depth === 0;
  const value = isWhole ? "raw" : `select(vec4f(), raw, start + lineDepth${q} < ${vectors}u)`;
  return `{
      let i = min(start + lineDepth${q}, ${vectors - 1}u);
      let raw = ${input.buffer}[line${q} + i];
      let value = ${value};
      ${norm ? `squares${q} += dot(value, value);` : ""}
      tileLines[linePlace${q}] = value${norm ? ` * ${norm.weight("i")}` : ""};
    }`;
}

/** WGSL of the block that an invocation copies as its `q`th; consecutive invocations copy consecutive memory. */
function declareBlock(
  { columns }: Product,
  { weights }: Term,
  { tileVectors, depth }: Tile,
  q: number,
  workgroup: number,
): string {
  const item = `(local + ${q * workgroup}u)`;
  const byOutputs = weights.find((each) => each !== null)?.neighbours === "outputs";
  const [column, i] = byOutputs
    ? [`${item} % ${tileVectors}u`, `${item} / ${tileVectors}u`]
    : [`${item} / ${depth}u`, `${item} % ${depth}u`];
  const column4 = `blockColumn${q}`;
  return `let blockDepth${q} = ${i};
  let blockPlace${q} = 4u * blockDepth${q} * ${tileVectors + 1}u + ${column};
  let ${column4} = min(firstColumn + ${column}, ${columns - 1}u);
  ${weights.map((w, p) => w?.declare(column4, `w${q}_${p}`) ?? "").join("\n")}`;
}

/** WGSL that transposes a block so that its vectors run along the outputs, and writes it to shared memory. */
function bringBlock(weights: Weights, vectors: number, tile: Tile, q: number, p: number): string {
  const { tileVectors, depth } = tile;
  const name = `w${q}_${p}`;
  const block = weights.along === "outputs" ? `${name}Block` : `transpose(${name}Block)`;
  const base = p * 4 * depth * (tileVectors + 1);
  return `{
      let i = min(start + blockDepth${q}, ${vectors - 1}u);
      ${weights.block(name, "i")}
      let turned = ${block};
      ${unroll(4, (k) => `tileWeights[blockPlace${q} + ${base + k * (tileVectors + 1)}u] = turned[${k}];`)}
    }`;
}

/** WGSL that multiplies the `i`th vectors in shared memory. */
function multiply({ weights }: Term, { tileLines, tileVectors, lines, vectors, depth }: Tile): string {
  const row = tileVectors + 1;
  const block = (c: number, p: number): string => {
    const at = (k: number): string =>
      `tileWeights[4u * i * ${row}u + ${(p * 4 * depth + k) * row + (c * tileVectors) / vectors}u + across]`;
    return `let block${c}_${p} = mat4x4f(${unroll(4, at, ", ")});`;
  };
  const products = unroll(
    vectors,
    (c) => weights.map((w, p) => (w ? `SUM_${c}_${p} += block${c}_${p} * value;` : "")).join(" "),
    " ",
  );
  return `${unroll(vectors, (c) => weights.map((w, p) => (w ? block(c, p) : "")).join("\n"))}
      ${unroll(
        lines,
        (r) => `{ let value = tileLines[i * ${tileLines + 1}u + ${(r * tileLines) / lines}u + down];
        ${products.replaceAll("SUM", `sum${r}`)} }`,
      )}`;
}

/** WGSL that stores the products of the `r`th line of an invocation. */
function finish(product: Product, tile: Tile, r: number): string {
  const { tileLines, tileVectors, lines, vectors, depth } = tile;
  const within = `${(r * tileLines) / lines}u + down`;
  const squares = unroll(depth, (i) => `tileSquares[(${within}) * ${depth}u + ${i}u]`, " + ");
  const store = (c: number): string => {
    const column = `firstColumn + ${(c * tileVectors) / vectors}u + across`;
    const products = matricesOf(product).map((p) => `sum${r}_${c}_${p}${product.norm ? " * scale" : ""}`);
    return `{ let column = ${column}; if (column < ${product.columns}u) { ${product.store("line", "column", products)} } }`;
  };
  return `{
    let line = first + ${within};
    ${product.norm ? `let scale = ${normScale(product, `(${squares})`)};` : ""}
    if (line <= last) { ${unroll(vectors, store)} }
  }`;
}
