import { addFloats, clear, copyFloats } from "./lanes";

/** y [m,d] = rows `ids` of w [.,d]. */
export function gatherRows(w: usize, ids: usize, y: usize, m: i32, d: i32): void {
  const bytes = <usize>d * 4;
  for (let row = 0; row < m; row++) {
    copyFloats(w + <usize>load<i32>(ids + <usize>row * 4) * bytes, y, d);
    y += bytes;
  }
}

/** dw [v,d]: row ids[i] receives the sum of dy rows i, in order. */
export function scatterAddRows(dy: usize, ids: usize, dw: usize, m: i32, v: i32, d: i32): void {
  const bytes = <usize>d * 4;
  clear(dw, <usize>v * bytes);
  for (let row = 0; row < m; row++) {
    addFloats(dy, dw + <usize>load<i32>(ids + <usize>row * 4) * bytes, d);
    dy += bytes;
  }
}

/** Index of the first of m int32 values outside [0, limit); -1 when there is none. */
export function firstOutside(values: usize, m: i32, limit: i32): i32 {
  for (let i = 0; i < m; i++) {
    if (load<u32>(values + <usize>i * 4) >= <u32>limit) return i;
  }
  return -1;
}
