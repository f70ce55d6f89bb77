/**
 * Matrix gradients: the transposed input of the batch's lines times the gradients of their outputs. Unlike in a product,
 * the sum runs over the lines, whose number is known only at run time. Matrix rows are computed in vectors of four too.
 */
import { at } from "../../math/at.ts";
import { defineKernel, unroll, WORKGROUP, type Binding, type Kernel } from "../recording/kernel.ts";
import { BATCH_WGSL } from "../layout/rowState.ts";
import type { ProductVariant, Registers, Split, Tile } from "../kernelVariants/variants.ts";
import type { ProductText } from "./product.ts";

/** Gradient of one matrix [4 * rows, 4 * columns]. */
export interface MatrixGradient {
  readonly rows: number;
  readonly columns: number;
  /** WGSL of vector `row` of the input of a line. */
  readonly input: (line: string, row: string) => string;
  /** WGSL of vector `column` of the gradient of its output. */
  readonly gradient: (line: string, column: string) => string;
  /** WGSL that adds a sum to vector `column` of matrix row `row`. */
  readonly store: (row: string, column: string, sum: string) => string;
}

/** WGSL of a variant for one matrix, in workgroup `block` of its `blocks`. */
type BlockText = Omit<ProductText, "workgroups"> & { readonly blocks: number };

/** Returns the kernel that accumulates the gradients of several matrices, each in its own range of workgroups. */
export function defineGradient(
  name: string,
  bindings: Readonly<Record<string, Binding>>,
  matrices: readonly MatrixGradient[],
  variant: ProductVariant,
): Kernel {
  const texts = matrices.map((matrix) => textOf(matrix, variant));
  const starts = texts.map((_, i) => texts.slice(0, i).reduce((sum, { blocks }) => sum + blocks, 0));
  const blocks = texts.reduce((sum, text) => sum + text.blocks, 0);
  const { workgroup, declarations } = at(texts, 0);
  const branches = texts.map(
    ({ body, blocks: own }, i) => `
  if (group >= ${starts[i]}u && group < ${at(starts, i) + own}u) {
    let block = group - ${starts[i]}u;
    ${body}
  }`,
  );
  return defineKernel({
    name,
    bindings,
    workgroup,
    invocations: () => blocks * workgroup,
    declarations: BATCH_WGSL + declarations,
    body: branches.join(""),
  });
}

function textOf(matrix: MatrixGradient, variant: ProductVariant): BlockText {
  if (variant.lines % 4 !== 0)
    throw new RangeError(
      "a gradient variant needs a multiple of four lines, because rows are computed in vectors of four",
    );
  if (variant.kind === "registers") return registersText(matrix, variant);
  if (variant.kind === "split") return splitText(matrix, variant);
  return tileText(matrix, variant);
}

/** WGSL for each sum of an invocation: row vector r, row k in it, column vector c. */
function eachSum(
  { lines, vectors }: ProductVariant,
  text: (sum: string, r: number, k: number, c: number) => string,
): string {
  return unroll(lines / 4, (r) =>
    unroll(4, (k) => unroll(vectors, (c) => text(`sum${r}_${k}_${c}`, r, k, c), " ")),
  );
}

const declareSums = (variant: ProductVariant): string => eachSum(variant, (sum) => `var ${sum} = vec4f();`);
const multiply = (variant: ProductVariant): string =>
  eachSum(variant, (sum, r, k, c) => `${sum} += value${r}[${k}] * slope${c};`);

/** WGSL that adds every `step`th line from `from` on to the sums of an invocation. */
function accumulate(matrix: MatrixGradient, variant: ProductVariant, from: string, step: number): string {
  return `for (var line = ${from}; line < batch.count; line += ${step}u) {
      ${unroll(variant.lines / 4, (r) => `let value${r} = ${matrix.input("line", `row${r}`)};`)}
      ${unroll(variant.vectors, (c) => `let slope${c} = ${matrix.gradient("line", `column${c}`)};`)}
      ${multiply(variant)}
    }`;
}

/** Each invocation sums a few rows and columns over all lines. */
function registersText(matrix: MatrixGradient, variant: Registers): BlockText {
  const across = Math.ceil(matrix.columns / variant.vectors);
  const down = Math.ceil((4 * matrix.rows) / variant.lines);
  return {
    workgroup: WORKGROUP,
    blocks: Math.ceil((across * down) / WORKGROUP),
    declarations: "",
    body: `let item = block * ${WORKGROUP}u + local;
    if (item >= ${across * down}u) { return; }
    ${unroll(variant.lines / 4, (r) => `let row${r} = min(item / ${across}u + ${r * down}u, ${matrix.rows - 1}u);`)}
    ${unroll(variant.vectors, (c) => `let column${c} = min(item % ${across}u + ${c * across}u, ${matrix.columns - 1}u);`)}
    ${declareSums(variant)}
    ${accumulate(matrix, variant, "0u", 1)}
    ${eachSum(variant, (sum, r, k, c) =>
      storeUnlessCopy(
        matrix,
        `item / ${across}u + ${r * down}u`,
        `item % ${across}u + ${c * across}u`,
        k,
        sum,
      ),
    )}`,
  };
}

/** WGSL that stores a sum unless its row or column is past the end, where it repeats the last one. */
function storeUnlessCopy(
  matrix: MatrixGradient,
  row: string,
  column: string,
  k: number,
  sum: string,
): string {
  const isThere = `${row} < ${matrix.rows}u && ${column} < ${matrix.columns}u`;
  return `if (${isThere}) { ${matrix.store(`(4u * (${row}) + ${k}u)`, `(${column})`, sum)} }`;
}

/** Invocations of a workgroup share sums: each takes every `slices`th line, and the partial sums are added in a fixed order. */
function splitText(matrix: MatrixGradient, variant: Split): BlockText {
  const { lines, vectors, slices } = variant;
  const width = WORKGROUP / slices;
  const across = Math.ceil(matrix.columns / (width * vectors));
  const rows = lines / 4;
  const sums = lines * vectors;
  const firstColumn = `firstColumn + `;
  return {
    workgroup: WORKGROUP,
    blocks: across * Math.ceil(matrix.rows / rows),
    declarations: `
var<workgroup> shares: array<vec4f, ${WORKGROUP * sums}>;`,
    body: `let slice = local / ${width}u;
    let firstRow = block / ${across}u * ${rows}u;
    let firstColumn = block % ${across}u * ${width * vectors}u + local % ${width}u;
    ${unroll(rows, (r) => `let row${r} = min(firstRow + ${r}u, ${matrix.rows - 1}u);`)}
    ${unroll(vectors, (c) => `let column${c} = min(${firstColumn}${c * width}u, ${matrix.columns - 1}u);`)}
    ${declareSums(variant)}
    ${accumulate(matrix, variant, "slice", slices)}
    ${eachSum(variant, (sum, r, k, c) => `shares[${((r * 4 + k) * vectors + c) * WORKGROUP}u + local] = ${sum};`)}
    workgroupBarrier();
    for (var item = slice; item < ${sums}u; item += ${slices}u) {
      let row = 4u * firstRow + item / ${vectors}u;
      let column = ${firstColumn}item % ${vectors}u * ${width}u;
      if (row >= ${4 * matrix.rows}u || column >= ${matrix.columns}u) { continue; }
      var total = vec4f();
      for (var share = local % ${width}u; share < ${WORKGROUP}u; share += ${width}u) {
        total += shares[item * ${WORKGROUP}u + share];
      }
      ${matrix.store("row", "column", "total")}
    }`,
  };
}

/** A workgroup copies the rows and columns of its tile into shared memory, some lines at a time. */
function tileText(matrix: MatrixGradient, variant: Tile): BlockText {
  const { tileLines, tileVectors, lines, vectors, depth } = variant;
  const [tileRows, rows] = [tileLines / 4, lines / 4];
  const across = Math.ceil(matrix.columns / tileVectors);
  const workgroup = (tileLines / lines) * (tileVectors / vectors);
  const steps = 4 * depth; // lines copied at a time
  return {
    workgroup,
    blocks: across * Math.ceil(matrix.rows / tileRows),
    declarations: `
var<workgroup> tileInputs: array<vec4f, ${steps * tileRows}>;
var<workgroup> tileGradients: array<vec4f, ${steps * tileVectors}>;`,
    body: `let firstRow = block / ${across}u * ${tileRows}u;
    let firstColumn = block % ${across}u * ${tileVectors}u;
    let across = local % ${tileVectors / vectors}u;
    let down = local / ${tileVectors / vectors}u;
    ${declareSums(variant)}
    for (var start = 0u; start < batch.count; start += ${steps}u) {
      ${bring("tileInputs", steps * tileRows, tileRows, workgroup, (line, item) => {
        const input = matrix.input(line, `min(firstRow + ${item}, ${matrix.rows - 1}u)`);
        return `select(vec4f(), ${input}, start + item / ${tileRows}u < batch.count)`; // zeros after the last line
      })}
      ${bring("tileGradients", steps * tileVectors, tileVectors, workgroup, (line, item) =>
        matrix.gradient(line, `min(firstColumn + ${item}, ${matrix.columns - 1}u)`),
      )}
      workgroupBarrier();
      ${multiplyTile(variant)}
      workgroupBarrier();
    }
    ${eachSum(variant, (sum, r, k, c) =>
      storeUnlessCopy(
        matrix,
        `firstRow + ${(r * tileRows) / rows}u + down`,
        `firstColumn + ${(c * tileVectors) / vectors}u + across`,
        k,
        sum,
      ),
    )}`,
  };
}

/** WGSL that multiplies the factors in shared memory. */
function multiplyTile(variant: Tile): string {
  const { tileLines, tileVectors, lines, vectors, depth } = variant;
  const [tileRows, rows] = [tileLines / 4, lines / 4];
  return `for (var i = 0u; i < ${4 * depth}u; i++) {
        ${unroll(rows, (r) => `let value${r} = tileInputs[i * ${tileRows}u + ${(r * tileRows) / rows}u + down];`)}
        ${unroll(vectors, (c) => `let slope${c} = tileGradients[i * ${tileVectors}u + ${(c * tileVectors) / vectors}u + across];`)}
        ${multiply(variant)}
      }`;
}

/** WGSL that copies rows of `width` vectors, one per line, into shared memory. */
function bring(
  target: string,
  count: number,
  width: number,
  workgroup: number,
  value: (line: string, item: string) => string,
): string {
  return `for (var item = local; item < ${count}u; item += ${workgroup}u) {
        let line = min(start + item / ${width}u, batch.count - 1u);
        ${target}[item] = ${value("line", `item % ${width}u`)};
      }`;
}
