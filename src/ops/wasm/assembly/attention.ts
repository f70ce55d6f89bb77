import { Lanes, log, LOWEST } from "./lanes";
import { padded, panelBytes, panelsFromColumns, panelsFromRows } from "./panels";
import { ROW_NUMBERS, SCRATCH_HEAD, TILE_COLS, TILE_ROWS, Tile, openScratch } from "./tile";

/** Bytes between the rows of a score tile for `keys` keys; up to 8 floats beyond the last key are read. */
export function scoreStride(keys: i32): usize {
  return <usize>(padded(keys) + TILE_COLS) * 4;
}

/** Scratch bytes for rows of at most `longest` tokens. */
export function attentionScratch(longest: i32, headDim: i32): usize {
  const panels = panelBytes(headDim, longest) + panelBytes(longest, headDim);
  return SCRATCH_HEAD + panels + <usize>TILE_ROWS * scoreStride(longest);
}

/** Scores of up to 4 queries against the first `keys` keys. */
export function scoreTile(scratch: usize, q: usize, ldq: usize, rows: i32, keyPanels: usize, keys: i32, headDim: i32, scores: usize, lds: usize): void {
  for (let key = 0; key < keys; key += TILE_COLS) {
    const panel = keyPanels + <usize>(key * headDim) * 4;
    // Whole panels: the score rows include the padding of the last one.
    Tile.byRows(scratch, q, ldq, panel, headDim, scores + <usize>key * 4, lds, scratch, 0, rows, TILE_COLS);
  }
}

/** Sets floats [from, to) of a row. */
export function fillFrom(row: usize, from: i32, to: i32, value: f32): void {
  for (let i = from; i < to; i++) store<f32>(row + <usize>i * 4, value);
}

/** Turns `width` scores (a multiple of 8) into e^(scale (s - max)), in place. Returns their sum; `top` keeps scale * max. */
export function exponentials(row: usize, width: i32, scale: f32, top: usize): f32 {
  let best = v128.load(row);
  for (let i = 4; i < width; i += 4) best = f32x4.pmax(best, v128.load(row + <usize>i * 4));
  const highest = Lanes.max(best) * scale;
  store<f32>(top, highest);
  const scales = f32x4.splat(scale);
  const tops = f32x4.splat(highest);
  let sums = f32x4.splat(0);
  for (let i = 0; i < width; i += 8) {
    // Two vectors at once keep the processor busy: each exponential is one long chain.
    const at = row + <usize>i * 4;
    const e0 = Lanes.exp(f32x4.sub(f32x4.mul(v128.load(at), scales), tops));
    const e1 = Lanes.exp(f32x4.sub(f32x4.mul(v128.load(at, 16), scales), tops));
    v128.store(at, e0);
    v128.store(at, e1, 16);
    sums = f32x4.add(sums, f32x4.add(e0, e1));
  }
  return Lanes.sum(sums);
}

/** Multiplies n floats (a multiple of 4) by a number. */
export function scaleRow(row: usize, n: i32, by: f32): void {
  const factors = f32x4.splat(by);
  for (let i = 0; i < n; i += 4) {
    v128.store(row + <usize>i * 4, f32x4.mul(v128.load(row + <usize>i * 4), factors));
  }
}

/** One head of one row of `length` tokens. Addresses are those of the row's first token at this head. */
function attendHead(scratch: usize, q: usize, out: usize, lse: usize, keyPanels: usize, valuePanels: usize, scores: usize, length: i32, heads: i32, headDim: i32): void {
  const ld = <usize>(heads * headDim) * 4;
  const lds = scoreStride(length);
  const scale = <f32>1 / sqrt<f32>(<f32>headDim);
  for (let first = 0; first < length; first += TILE_ROWS) {
    const rows = min(TILE_ROWS, length - first);
    const keys = first + rows;
    const width = padded(keys);
    const to = out + <usize>first * ld;
    scoreTile(scratch, q + <usize>first * ld, ld, rows, keyPanels, keys, headDim, scores, lds);
    const sums = scratch + ROW_NUMBERS;
    for (let i = 0; i < rows; i++) {
      const row = scores + <usize>i * lds;
      const seen = first + i + 1;
      fillFrom(row, seen, width, LOWEST);
      const at = lse + <usize>((first + i) * heads) * 4;
      const sum = exponentials(row, width, scale, at);
      store<f32>(at, load<f32>(at) + <f32>log(<f64>sum));
      store<f32>(sums + <usize>i * 4, sum);
      fillFrom(row, seen, width, 0);
    }
    for (let col = 0; col < headDim; col += TILE_COLS) {
      const panel = valuePanels + <usize>(col * length) * 4;
      Tile.byRows(scratch, scores, lds, panel, keys, to + <usize>col * 4, ld, scratch, 0, rows, headDim - col);
    }
    for (let i = 0; i < rows; i++) scaleRow(to + <usize>i * ld, headDim, <f32>1 / load<f32>(sums + <usize>i * 4));
  }
}

/** Causal attention of packed rows; keeps the log-sum-exp of each token's scores, lse [M, heads]. */
export function attentionForward(q: usize, k: usize, v: usize, out: usize, lse: usize, rowStarts: usize, batch: i32, heads: i32, kvHeads: i32, headDim: i32, longest: i32, scratch: usize): void {
  const keyPanels = openScratch(scratch);
  const valuePanels = keyPanels + panelBytes(headDim, longest);
  const scores = valuePanels + panelBytes(longest, headDim);
  const width = <usize>(heads * headDim) * 4;
  const kvWidth = <usize>(kvHeads * headDim) * 4;
  const perKey = heads / kvHeads;
  for (let row = 0; row < batch; row++) {
    const start = load<i32>(rowStarts + <usize>row * 4);
    const length = load<i32>(rowStarts + <usize>row * 4, 4) - start;
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      const at = <usize>start * kvWidth + <usize>(kvHead * headDim) * 4;
      panelsFromColumns(k + at, kvWidth, length, headDim, keyPanels);
      panelsFromRows(v + at, kvWidth, length, headDim, valuePanels);
      for (let head = kvHead * perKey; head < (kvHead + 1) * perKey; head++) {
        const here = <usize>start * width + <usize>(head * headDim) * 4;
        const lseHere = lse + <usize>(start * heads + head) * 4;
        attendHead(scratch, q + here, out + here, lseHere, keyPanels, valuePanels, scores, length, heads, headDim);
      }
    }
  }
}
