/** One head: (first, second) turned by the angles of one position; `direction` -1 turns back (the gradient). */
function turn(x: usize, y: usize, cos: usize, sin: usize, half: i32, direction: f32): void {
  const second = <usize>half * 4;
  const directions = f32x4.splat(direction);
  let i = 0;
  for (; i + 4 <= half; i += 4) {
    const at = <usize>i * 4;
    const a = v128.load(x + at);
    const b = v128.load(x + second + at);
    const c = v128.load(cos + at);
    const s = f32x4.mul(v128.load(sin + at), directions);
    v128.store(y + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
    v128.store(y + second + at, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
  }
  for (; i < half; i++) {
    const at = <usize>i * 4;
    const a = load<f32>(x + at);
    const b = load<f32>(x + second + at);
    const c = load<f32>(cos + at);
    const s = load<f32>(sin + at) * direction;
    store<f32>(y + at, a * c - b * s);
    store<f32>(y + second + at, b * c + a * s);
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
