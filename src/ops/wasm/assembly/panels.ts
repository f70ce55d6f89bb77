import { loadSome } from "./lanes";
import { TILE_COLS, TILE_ROWS } from "./tile";

// Panels: a matrix cut into strips of 8 (or 4) columns, each strip stored row after row without gaps, so that the
// inner loop reads memory in order. The last strip is padded; padding never reaches a stored result.

/** `n` rounded up to whole panels of 8. */
export function padded(n: i32): i32 {
  return (n + TILE_COLS - 1) & ~(TILE_COLS - 1);
}

/** Bytes of the panels of a matrix with `depth` rows and `n` columns. */
export function panelBytes(depth: i32, n: i32): usize {
  return <usize>depth * <usize>padded(n) * 4;
}

/** Panels of B [depth, n] stored by rows, `ldb` bytes apart. */
export function panelsFromRows(b: usize, ldb: usize, depth: i32, n: i32, out: usize): void {
  for (let col = 0; col < n; col += TILE_COLS) {
    const cols = n - col;
    let from = b + <usize>col * 4;
    for (let k = 0; k < depth; k++) {
      if (cols >= TILE_COLS) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
      } else {
        v128.store(out, cols >= 4 ? v128.load(from) : loadSome(from, cols, 0));
        v128.store(out, cols > 4 ? loadSome(from + 16, cols - 4, 0) : f32x4.splat(0), 16);
      }
      from += ldb;
      out += 32;
    }
  }
}

/** Four floats of four rows, transposed into four half-rows of a panel. */
function transposeFour(r0: usize, r1: usize, r2: usize, r3: usize, out: usize): void {
  const x0 = v128.load(r0);
  const x1 = v128.load(r1);
  const x2 = v128.load(r2);
  const x3 = v128.load(r3);
  const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f64>(low01, low23, 0, 2));
  v128.store(out, v128.shuffle<f64>(low01, low23, 1, 3), 32);
  v128.store(out, v128.shuffle<f64>(high01, high23, 0, 2), 64);
  v128.store(out, v128.shuffle<f64>(high01, high23, 1, 3), 96);
}

/** One half (4 columns) of a panel of Wᵀ; rows of W from `rows` on repeat its first. */
function transposeHalf(w: usize, ldw: usize, rows: i32, depth: i32, out: usize): void {
  let r0 = w;
  let r1 = w + (rows > 1 ? ldw : 0);
  let r2 = w + (rows > 2 ? 2 * ldw : 0);
  let r3 = w + (rows > 3 ? 3 * ldw : 0);
  let k = depth;
  for (; k >= 4; k -= 4) {
    transposeFour(r0, r1, r2, r3, out);
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
    out += 128;
  }
  for (; k > 0; k--) {
    store<f32>(out, load<f32>(r0));
    store<f32>(out, load<f32>(r1), 4);
    store<f32>(out, load<f32>(r2), 8);
    store<f32>(out, load<f32>(r3), 12);
    r0 += 4;
    r1 += 4;
    r2 += 4;
    r3 += 4;
    out += 32;
  }
}

/** Panels of Wᵀ [depth, n] from W [n, depth] stored by rows, `ldw` bytes apart. */
export function panelsFromColumns(w: usize, ldw: usize, n: i32, depth: i32, out: usize): void {
  for (let col = 0; col < n; col += TILE_COLS) {
    transposeHalf(w, ldw, n - col, depth, out);
    const second = n - col > 4 ? 4 : 0;
    transposeHalf(w + <usize>second * ldw, ldw, n - col - second, depth, out + 16);
    w += <usize>TILE_COLS * ldw;
    out += <usize>depth * 32;
  }
}

/** Bytes of the 4-wide panels of a matrix with `depth` rows and `n` columns. */
export function narrowPanelBytes(depth: i32, n: i32): usize {
  return <usize>depth * <usize>((n + TILE_ROWS - 1) / TILE_ROWS) * 16;
}

/** Panels 4 wide of A [depth, n] stored by rows, `lda` bytes apart: the left factor of a product over rows. */
export function narrowPanelsFromRows(a: usize, lda: usize, depth: i32, n: i32, out: usize): void {
  for (let col = 0; col < n; col += TILE_ROWS) {
    const cols = n - col;
    let from = a + <usize>col * 4;
    for (let k = 0; k < depth; k++) {
      v128.store(out, cols >= 4 ? v128.load(from) : loadSome(from, cols, 0));
      from += lda;
      out += 16;
    }
  }
}
