import { exponentials, fillFrom, scaleRow, scoreStride, scoreTile } from "./attention";
import { copyFloats, Lanes, LOWEST } from "./lanes";
import { padded, panelBytes, panelsFromColumns, panelsFromRows } from "./panels";
import { ROW_NUMBERS, SCRATCH_HEAD, TILE_COLS, TILE_ROWS, Tile, openScratch } from "./tile";

/** Bytes of the `Decode` in the scratch memory. */
const DECODE_BYTES: usize = 128;

/** A decoding step, stored in the scratch memory because the module owns none. */
@unmanaged
class Decode {
  scratch: usize;
  q: usize;
  out: usize;
  suffixKeys: usize;
  suffixValues: usize;
  // Bytes between the rows and tokens of the suffix.
  rowStride: usize;
  tokenStride: usize;
  /** Index in the suffix of each row, int32. */
  placeOf: usize;
  suffixLength: i32;
  heads: i32;
  kvHeads: i32;
  headDim: i32;
  // Panels of one group's prefix: one key head after the other.
  prefixLength: i32;
  keyPanels: usize;
  valuePanels: usize;
  // Up to 4 queries with their rows: gathered queries, scores, mixed values.
  queries: usize;
  scores: usize;
  mixed: usize;
  scoreStride: usize;
  // Lists of the rows of each group: first row of a group, next row after a row; -1 ends.
  firstOf: usize;
  nextOf: usize;
  /** Rows and heads of the gathered queries: pairs of int32. */
  members: usize;
  /** Up to 4 rows of one group, int32. */
  together: usize;
}

function align16(bytes: usize): usize {
  return (bytes + 15) & ~15;
}

/** Floats of a score row: the prefix and the suffix, each padded. */
function scoreWidth(prefix: i32, suffix: i32): i32 {
  return padded(prefix) + padded(suffix);
}

/** Scratch bytes for a step with prefixes of at most `longest` tokens. */
export function decodeScratch(rows: i32, groups: i32, longest: i32, suffix: i32, kvHeads: i32, headDim: i32): usize {
  const panels = <usize>kvHeads * (panelBytes(headDim, longest) + panelBytes(longest, headDim));
  const tile = <usize>TILE_ROWS * (<usize>(headDim + padded(headDim)) * 4 + scoreStride(scoreWidth(longest, suffix)));
  return SCRATCH_HEAD + DECODE_BYTES + panels + tile + 64 + 16 + align16(<usize>(rows + groups) * 4);
}

/** Scores of one query against 4 keys `stride` bytes apart. */
function fourDots(q: usize, k0: usize, k1: usize, k2: usize, k3: usize, n: i32): v128 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i * 4;
    const x = v128.load(q + at);
    s0 = Lanes.madd(s0, x, v128.load(k0 + at));
    s1 = Lanes.madd(s1, x, v128.load(k1 + at));
    s2 = Lanes.madd(s2, x, v128.load(k2 + at));
    s3 = Lanes.madd(s3, x, v128.load(k3 + at));
  }
  const s01 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const s23 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f64>(s01, s23, 0, 2), v128.shuffle<f64>(s01, s23, 1, 3));
}

/** Scores of one query against its row's own tokens. */
function suffixScores(d: Decode, q: usize, keys: usize, scores: usize): void {
  const stride = d.tokenStride;
  const last = d.suffixLength - 1;
  for (let token = 0; token <= last; token += 4) {
    const k0 = keys + <usize>token * stride;
    const k1 = keys + <usize>min(token + 1, last) * stride;
    const k2 = keys + <usize>min(token + 2, last) * stride;
    const k3 = keys + <usize>min(token + 3, last) * stride;
    v128.store(scores + <usize>token * 4, fourDots(q, k0, k1, k2, k3, d.headDim));
  }
}

/** 16 floats of out = mixed + sum of weights times values: four vectors, because the sums of one depend on each other. */
function addSixteen(mixed: usize, values: usize, stride: usize, weights: usize, length: i32, out: usize): void {
  let a0 = v128.load(mixed);
  let a1 = v128.load(mixed, 16);
  let a2 = v128.load(mixed, 32);
  let a3 = v128.load(mixed, 48);
  for (let token = 0; token < length; token++) {
    const weight = v128.load32_splat(weights);
    a0 = Lanes.madd(a0, weight, v128.load(values));
    a1 = Lanes.madd(a1, weight, v128.load(values, 16));
    a2 = Lanes.madd(a2, weight, v128.load(values, 32));
    a3 = Lanes.madd(a3, weight, v128.load(values, 48));
    weights += 4;
    values += stride;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
}

/** The same for 4 floats. */
function addFour(mixed: usize, values: usize, stride: usize, weights: usize, length: i32, out: usize): void {
  let acc = v128.load(mixed);
  for (let token = 0; token < length; token++) {
    acc = Lanes.madd(acc, v128.load32_splat(weights), v128.load(values));
    weights += 4;
    values += stride;
  }
  v128.store(out, acc);
}

/** out = (mixed + sum of weights times own values) / sum, one query. */
function addSuffix(d: Decode, mixed: usize, values: usize, weights: usize, sum: f32, out: usize): void {
  const stride = d.tokenStride;
  let i = 0;
  for (; i + 16 <= d.headDim; i += 16) {
    const at = <usize>i * 4;
    addSixteen(mixed + at, values + at, stride, weights, d.suffixLength, out + at);
  }
  for (; i < d.headDim; i += 4) {
    const at = <usize>i * 4;
    addFour(mixed + at, values + at, stride, weights, d.suffixLength, out + at);
  }
  scaleRow(out, d.headDim, <f32>1 / sum);
}

/** Byte offset of a row's own tokens in the suffix. */
function suffixAt(d: Decode, row: i32, kvHead: i32): usize {
  return <usize>load<i32>(d.placeOf + <usize>row * 4) * d.rowStride + <usize>(kvHead * d.headDim) * 4;
}

/** Attention of the gathered queries, all of one group and key head. */
function attendTile(d: Decode, rows: i32, kvHead: i32): void {
  const headBytes = <usize>d.headDim * 4;
  const own = padded(d.prefixLength);
  const width = own + padded(d.suffixLength);
  const sums = d.scratch + ROW_NUMBERS;
  const keyPanels = d.keyPanels + <usize>kvHead * panelBytes(d.headDim, d.prefixLength);
  const valuePanels = d.valuePanels + <usize>kvHead * panelBytes(d.prefixLength, d.headDim);
  scoreTile(d.scratch, d.queries, headBytes, rows, keyPanels, d.prefixLength, d.headDim, d.scores, d.scoreStride);
  for (let i = 0; i < rows; i++) {
    const scores = d.scores + <usize>i * d.scoreStride;
    const row = load<i32>(d.members + <usize>i * 8);
    suffixScores(d, d.queries + <usize>i * headBytes, d.suffixKeys + suffixAt(d, row, kvHead), scores + <usize>own * 4);
    fillFrom(scores, d.prefixLength, own, LOWEST);
    fillFrom(scores, own + d.suffixLength, width, LOWEST);
    const sum = exponentials(scores, width, <f32>1 / sqrt<f32>(<f32>d.headDim), sums + <usize>i * 4);
    store<f32>(sums + <usize>i * 4, sum);
  }
  const mixedStride = <usize>padded(d.headDim) * 4;
  for (let col = 0; col < d.headDim; col += TILE_COLS) {
    const panel = valuePanels + <usize>(col * d.prefixLength) * 4;
    const to = d.mixed + <usize>col * 4;
    Tile.byRows(d.scratch, d.scores, d.scoreStride, panel, d.prefixLength, to, mixedStride, d.scratch, 0, rows, TILE_COLS);
  }
  for (let i = 0; i < rows; i++) {
    const row = load<i32>(d.members + <usize>i * 8);
    const head = load<i32>(d.members + <usize>i * 8, 4);
    const values = d.suffixValues + suffixAt(d, row, kvHead);
    const weights = d.scores + <usize>i * d.scoreStride + <usize>own * 4;
    const out = d.out + <usize>((row * d.heads + head) * d.headDim) * 4;
    addSuffix(d, d.mixed + <usize>i * mixedStride, values, weights, load<f32>(sums + <usize>i * 4), out);
  }
}

/** Up to 4 rows of one group, all heads: the suffix of a row is read once, in order. */
function attendRows(d: Decode, rows: i32): void {
  const perKey = d.heads / d.kvHeads;
  const headBytes = <usize>d.headDim * 4;
  for (let kvHead = 0; kvHead < d.kvHeads; kvHead++) {
    let gathered = 0;
    for (let i = 0; i < rows; i++) {
      const row = load<i32>(d.together + <usize>i * 4);
      for (let head = kvHead * perKey; head < (kvHead + 1) * perKey; head++) {
        copyFloats(d.q + <usize>(row * d.heads + head) * headBytes, d.queries + <usize>gathered * headBytes, d.headDim);
        store<i32>(d.members + <usize>gathered * 8, row);
        store<i32>(d.members + <usize>gathered * 8, head, 4);
        if (++gathered == TILE_ROWS) {
          attendTile(d, gathered, kvHead);
          gathered = 0;
        }
      }
    }
    if (gathered) attendTile(d, gathered, kvHead);
  }
}

/** All rows of one group, as many at a time as fill a tile with queries. */
function attendGroup(d: Decode, group: i32): void {
  const atOnce = max(1, TILE_ROWS / (d.heads / d.kvHeads));
  let rows = 0;
  for (let row = load<i32>(d.firstOf + <usize>group * 4); row >= 0; row = load<i32>(d.nextOf + <usize>row * 4)) {
    store<i32>(d.together + <usize>rows * 4, row);
    if (++rows == atOnce) {
      attendRows(d, rows);
      rows = 0;
    }
  }
  if (rows) attendRows(d, rows);
}

/** Fills the lists of rows per group, rows in rising order. */
function listRows(d: Decode, rowGroup: usize, rows: i32, groups: i32): void {
  for (let group = 0; group < groups; group++) store<i32>(d.firstOf + <usize>group * 4, -1);
  for (let row = rows - 1; row >= 0; row--) {
    const first = d.firstOf + <usize>load<i32>(rowGroup + <usize>row * 4) * 4;
    store<i32>(d.nextOf + <usize>row * 4, load<i32>(first));
    store<i32>(first, row);
  }
}

/** Lays out the scratch memory. */
function openDecode(scratch: usize, rows: i32, longest: i32, suffixLength: i32, kvHeads: i32, headDim: i32): Decode {
  const after = openScratch(scratch);
  const d = changetype<Decode>(after);
  d.scratch = scratch;
  d.headDim = headDim;
  d.suffixLength = suffixLength;
  d.scoreStride = scoreStride(scoreWidth(longest, suffixLength));
  d.keyPanels = after + DECODE_BYTES;
  d.valuePanels = d.keyPanels + <usize>kvHeads * panelBytes(headDim, longest);
  d.queries = d.valuePanels + <usize>kvHeads * panelBytes(longest, headDim);
  d.mixed = d.queries + <usize>(TILE_ROWS * headDim) * 4;
  d.scores = d.mixed + <usize>(TILE_ROWS * padded(headDim)) * 4;
  d.members = d.scores + <usize>TILE_ROWS * d.scoreStride;
  d.together = d.members + 64;
  d.nextOf = d.together + 16;
  d.firstOf = d.nextOf + <usize>rows * 4;
  return d;
}

/**
 * One new token per row: its group's prefix, scored for many rows at once, then the row's own suffix
 * [places, slots, kvHeads, headDim], in which `placeOf` holds the index of each row.
 */
export function decodeAttention(
  q: usize, out: usize, prefixKeys: usize, prefixValues: usize, prefixStarts: usize, suffixKeys: usize, suffixValues: usize,
  rowGroup: usize, placeOf: usize, rows: i32, groups: i32, slots: i32, suffixLength: i32, heads: i32, kvHeads: i32, headDim: i32, longest: i32, scratch: usize,
): void {
  const d = openDecode(scratch, rows, longest, suffixLength, kvHeads, headDim);
  d.q = q;
  d.out = out;
  d.suffixKeys = suffixKeys;
  d.suffixValues = suffixValues;
  d.placeOf = placeOf;
  const stride = <usize>(kvHeads * headDim) * 4;
  d.tokenStride = stride;
  d.rowStride = <usize>slots * stride;
  d.heads = heads;
  d.kvHeads = kvHeads;
  listRows(d, rowGroup, rows, groups);
  for (let group = 0; group < groups; group++) {
    if (load<i32>(d.firstOf + <usize>group * 4) < 0) continue;
    const start = load<i32>(prefixStarts + <usize>group * 4);
    d.prefixLength = load<i32>(prefixStarts + <usize>group * 4, 4) - start;
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      const at = <usize>start * stride + <usize>(kvHead * headDim) * 4;
      const keyPanels = d.keyPanels + <usize>kvHead * panelBytes(headDim, d.prefixLength);
      const valuePanels = d.valuePanels + <usize>kvHead * panelBytes(d.prefixLength, headDim);
      panelsFromColumns(prefixKeys + at, stride, d.prefixLength, headDim, keyPanels);
      panelsFromRows(prefixValues + at, stride, d.prefixLength, headDim, valuePanels);
    }
    attendGroup(d, group);
  }
}
