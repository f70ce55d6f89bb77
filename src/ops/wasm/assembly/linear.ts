import { addFloats, clear } from "./lanes";
import { narrowPanelBytes, narrowPanelsFromRows, panelBytes, panelsFromColumns, panelsFromRows } from "./panels";
import { SCRATCH_HEAD, TILE_COLS, TILE_ROWS, Tile, openScratch } from "./tile";

/** Rows of A that pass over all panels before the next ones: they stay in the first-level cache. */
export const BLOCK: i32 = 48;

/** Rows of the batch that one pass of the weight gradient sums up: their panels stay in the second-level cache. */
const BATCH_BLOCK: i32 = 128;

/** Scratch bytes that any of the three products of `y = x wᵀ`, w [n,k], needs. */
export function linearScratch(n: i32, k: i32): usize {
  const forward = max(panelBytes(k, n), panelBytes(n, k));
  return SCRATCH_HEAD + max(forward, narrowPanelBytes(BATCH_BLOCK, n) + panelBytes(BATCH_BLOCK, k));
}

/** C [m,n] = init + A [m,depth] times panels; `init` moves by `ldi` bytes a row and `stepInit` bytes a column. */
export function multiplyPanels(scratch: usize, a: usize, panels: usize, c: usize, init: usize, ldi: usize, stepInit: usize, m: i32, n: i32, depth: i32): void {
  const lda = <usize>depth * 4;
  const ldc = <usize>n * 4;
  for (let block = 0; block < m; block += BLOCK) {
    const end = min(block + BLOCK, m);
    for (let col = 0; col < n; col += TILE_COLS) {
      const panel = panels + <usize>col * lda;
      for (let row = block; row < end; row += TILE_ROWS) {
        const to = c + <usize>row * ldc + <usize>col * 4;
        const start = init + <usize>row * ldi + <usize>col * stepInit;
        Tile.byRows(scratch, a + <usize>row * lda, lda, panel, depth, to, ldc, start, ldi, m - row, n - col);
      }
    }
  }
}

/** y [m,n] = x [m,k] wᵀ + bias, w [n,k]; `bias` 0 means none. */
export function linearForward(x: usize, w: usize, bias: usize, y: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  const panels = openScratch(scratch);
  panelsFromColumns(w, <usize>k * 4, n, k, panels);
  if (bias) multiplyPanels(scratch, x, panels, y, bias, 0, 4, m, n, k);
  else multiplyPanels(scratch, x, panels, y, scratch, 0, 0, m, n, k);
}

/** Panels of a weight [n,k], to multiply by more than once; `linearScratch` bytes less the head hold them. */
export function packWeight(w: usize, n: i32, k: i32, panels: usize): void {
  panelsFromColumns(w, <usize>k * 4, n, k, panels);
}

/** dx [m,k] = dy [m,n] w, w [n,k]. */
export function linearInputGrad(dy: usize, w: usize, dx: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  const panels = openScratch(scratch);
  panelsFromRows(w, <usize>k * 4, n, k, panels);
  multiplyPanels(scratch, dy, panels, dx, scratch, 0, 0, m, k, n);
}

/**
 * Rows [begin, end) of dw [n,k] = dyᵀ x, dy [m,n], x [m,k]: block after block of the batch, each added to what is there.
 * `begin` is a multiple of 4.
 */
export function linearWeightGrad(dy: usize, x: usize, dw: usize, m: i32, n: i32, k: i32, begin: i32, end: i32, scratch: usize): void {
  const rows = end - begin;
  const left = openScratch(scratch);
  const right = left + narrowPanelBytes(BATCH_BLOCK, rows);
  const ld = <usize>k * 4;
  dy += <usize>begin * 4;
  dw += <usize>begin * ld;
  clear(dw, <usize>rows * ld);
  for (let block = 0; block < m; block += BATCH_BLOCK) {
    const depth = min(BATCH_BLOCK, m - block);
    narrowPanelsFromRows(dy + <usize>block * <usize>n * 4, <usize>n * 4, depth, rows, left);
    panelsFromRows(x + <usize>block * ld, ld, depth, k, right);
    for (let col = 0; col < k; col += TILE_COLS) {
      const panel = right + <usize>(col * depth) * 4;
      for (let row = 0; row < rows; row += TILE_ROWS) {
        const to = dw + <usize>row * ld + <usize>col * 4;
        const from = left + <usize>(row * depth) * 4;
        Tile.byColumns(scratch, from, 16, panel, depth, to, ld, to, ld, rows - row, k - col);
      }
    }
  }
}

/** db [n] = column sums of dy [m,n]. */
export function linearBiasGrad(dy: usize, db: usize, m: i32, n: i32): void {
  clear(db, <usize>n * 4);
  for (let row = 0; row < m; row++) {
    addFloats(dy, db, n);
    dy += <usize>n * 4;
  }
}
