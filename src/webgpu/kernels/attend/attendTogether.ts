import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { defineKernel, read, uniform, unroll, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../layout/rowState.ts";
import { addEntry, beginSoftmax } from "./onlineSoftmax.ts";

/** Team sizes; workgroup memory holds a context vector per invocation. */
const TEAMS = [16, 32, 64] as const;
/** Workgroup memory of every GPU, in floats. */
const SHARED_FLOATS = 16384 / 4;

/** Team sizes whose workgroup memory suffices for this head dimension. */
export function attendTeams(shape: Pick<DecoderShape, "headDim">): number[] {
  return TEAMS.filter((team) => team * (storedHeadDim(shape) + 2) <= SHARED_FLOATS);
}

/**
 * Attention as in `attend`, with a workgroup of `team` invocations per line and head: each runs an online softmax over a
 * strided subset of the entries, and these are merged (arXiv 1805.02867, section 3.1). For long contexts and few rows,
 * where one invocation per head would leave most of the GPU idle.
 */
export function attendTogether(shape: DecoderShape, team: number): Kernel {
  const vectors = storedHeadDim(shape) / 4;
  return defineKernel({
    name: "attendTogether",
    workgroup: team,
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      queries: read("array<vec4f>"),
      cache: read("array<vec4f>"),
      context: write("array<vec4f>"),
    },
    invocations: (lines) => lines * shape.heads * team,
    declarations: `${BATCH_WGSL}${ROW_WGSL}
var<workgroup> largests: array<f32, ${team}>;
var<workgroup> totals: array<f32, ${team}>;
var<workgroup> sums: array<vec4f, ${team * vectors}>;`,
    body: ownEntries(shape, team) + merge(vectors, team),
  });
}

/** WGSL of the softmax over the entries of one member, indexed through prefix and suffix. */
function ownEntries(shape: DecoderShape, team: number): string {
  return `${beginSoftmax(shape, "group")}
  let count = row.prefixLength + row.write + 1u - row.suffixStart;
  for (var number = local; number < count; number += ${team}u) {
    let entry = select(row.suffixStart + number - row.prefixLength, row.prefixStart + number, number < row.prefixLength);${addEntry(shape)}
  }`;
}

/** WGSL in which each member merges some vectors of the result. A member without entries has maximum score -1e30: weight 0. */
const merge = (vectors: number, team: number): string => `
  largests[local] = largest;
  totals[local] = total;
  ${unroll(vectors, (i) => `sums[local * ${vectors}u + ${i}u] = sum${i};`)}
  workgroupBarrier();
  var most = -1e30;
  for (var i = 0u; i < ${team}u; i++) { most = max(most, largests[i]); }
  for (var vector = local; vector < ${vectors}u; vector += ${team}u) {
    var all = 0.0;
    var sum = vec4f();
    for (var i = 0u; i < ${team}u; i++) {
      let weight = exp(largests[i] - most);
      all += weight * totals[i];
      sum += weight * sums[i * ${vectors}u + vector];
    }
    context[group * ${vectors}u + vector] = sum / all;
  }`;
