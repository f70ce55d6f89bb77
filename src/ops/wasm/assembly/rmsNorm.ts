import { clear, Lanes, next, put } from "./lanes";

/** Sum of a[i] b[i] over one row. */
function dot(a: usize, b: usize, d: i32): f32 {
  let acc = f32x4.splat(0);
  let i = d;
  for (; i >= 4; i -= 4) {
    acc = Lanes.madd(acc, v128.load(a), v128.load(b));
    a += 16;
    b += 16;
  }
  let sum = Lanes.sum(acc);
  for (; i > 0; i--) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** y = x * rstd * w for each row of x [m,d]; keeps rstd [m] = 1/sqrt(mean(x²) + eps). */
export function rmsNormForward(x: usize, w: usize, y: usize, rstd: usize, m: i32, d: i32, eps: f32): void {
  for (let row = 0; row < m; row++) {
    const scale = <f32>1 / sqrt<f32>(dot(x, x, d) / <f32>d + eps);
    store<f32>(rstd + <usize>row * 4, scale);
    const scales = f32x4.splat(scale);
    for (let i = 0; i < d; i += 4) {
      const at = <usize>i * 4;
      put(y + at, f32x4.mul(f32x4.mul(next(x + at, d - i), scales), next(w + at, d - i)), d - i);
    }
    x += <usize>d * 4;
    y += <usize>d * 4;
  }
}

/** Sum of dy w x over one row. */
function weightedDot(dy: usize, w: usize, x: usize, d: i32): f32 {
  let acc = f32x4.splat(0);
  let i = d;
  for (; i >= 4; i -= 4) {
    acc = Lanes.madd(acc, f32x4.mul(v128.load(dy), v128.load(w)), v128.load(x));
    dy += 16;
    w += 16;
    x += 16;
  }
  let sum = Lanes.sum(acc);
  for (; i > 0; i--) {
    sum += load<f32>(dy) * load<f32>(w) * load<f32>(x);
    dy += 4;
    w += 4;
    x += 4;
  }
  return sum;
}

/** dx = rstd (dy w - x rstd² mean(dy w x)) and dw = sum over rows of dy x rstd. */
export function rmsNormBackward(dy: usize, x: usize, w: usize, rstd: usize, dx: usize, dw: usize, m: i32, d: i32): void {
  clear(dw, <usize>d * 4);
  for (let row = 0; row < m; row++) {
    const scale = load<f32>(rstd + <usize>row * 4);
    const scales = f32x4.splat(scale);
    const pulls = f32x4.splat((weightedDot(dy, w, x, d) / <f32>d) * scale * scale * scale);
    for (let i = 0; i < d; i += 4) {
      const at = <usize>i * 4;
      const left = d - i;
      const scaled = f32x4.mul(next(dy + at, left), scales);
      const xs = next(x + at, left);
      put(dx + at, f32x4.sub(f32x4.mul(scaled, next(w + at, left)), f32x4.mul(xs, pulls)), left);
      put(dw + at, Lanes.madd(next(dw + at, left), scaled, xs), left);
    }
    dy += <usize>d * 4;
    x += <usize>d * 4;
    dx += <usize>d * 4;
  }
}
