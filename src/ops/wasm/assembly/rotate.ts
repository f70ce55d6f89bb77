import { next, put } from "./lanes";

/** One head: (first, second) turned by the angles of one position; `direction` -1 turns back (the gradient). */
function turn(x: usize, y: usize, cos: usize, sin: usize, half: i32, direction: f32): void {
  const second = <usize>half * 4;
  const directions = f32x4.splat(direction);
  for (let i = 0; i < half; i += 4) {
    const at = <usize>i * 4;
    const left = half - i;
    const a = next(x + at, left);
    const b = next(x + second + at, left);
    const c = next(cos + at, left);
    const s = f32x4.mul(next(sin + at, left), directions);
    put(y + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)), left);
    put(y + second + at, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)), left);
  }
}

/** Rotary embedding of x [m, heads * 2 half] by positions [m]; tables [positions, half]. */
export function rotate(x: usize, positions: usize, cos: usize, sin: usize, y: usize, m: i32, heads: i32, half: i32, direction: f32): void {
  const width = <usize>half * 8;
  for (let row = 0; row < m; row++) {
    const angles = <usize>load<i32>(positions + <usize>row * 4) * <usize>half * 4;
    for (let head = 0; head < heads; head++) {
      turn(x, y, cos + angles, sin + angles, half, direction);
      x += width;
      y += width;
    }
  }
}
