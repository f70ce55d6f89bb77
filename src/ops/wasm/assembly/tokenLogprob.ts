import { Lanes, largest, log, next, put } from "./lanes";

/** For each row of logits [m,v]: log-sum-exp, log-probability of the row's token, entropy; nats. */
export function tokenLogprobForward(logits: usize, ids: usize, logprob: usize, entropy: usize, lse: usize, m: i32, v: i32): void {
  for (let row = 0; row < m; row++) {
    const top = largest(logits, v);
    const tops = f32x4.splat(top);
    let sums = f32x4.splat(0);
    let moments = f32x4.splat(0); // sum of e^z z, z = logit - top
    let i = 0;
    for (; i + 4 <= v; i += 4) {
      const z = f32x4.sub(v128.load(logits + <usize>i * 4), tops);
      const e = Lanes.exp(z);
      sums = f32x4.add(sums, e);
      moments = Lanes.madd(moments, e, z);
    }
    for (; i < v; i++) {
      // One lane at a time: padded lanes would add to the sums.
      const z = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(logits + <usize>i * 4) - top);
      const e = f32x4.replace_lane(f32x4.splat(0), 0, f32x4.extract_lane(Lanes.exp(z), 0));
      sums = f32x4.add(sums, e);
      moments = Lanes.madd(moments, e, z);
    }
    const sum = <f64>Lanes.sum(sums);
    const logSum = log(sum);
    const at = <usize>row * 4;
    const own = load<f32>(logits + <usize>load<i32>(ids + at) * 4);
    store<f32>(lse + at, <f32>(<f64>top + logSum));
    store<f32>(logprob + at, <f32>(<f64>own - <f64>top - logSum));
    store<f32>(entropy + at, <f32>(logSum - <f64>Lanes.sum(moments) / sum));
    logits += <usize>v * 4;
  }
}

/** dlogits = dy (1[token] - softmax), the softmax recomputed from the log-sum-exp. */
export function tokenLogprobBackward(dy: usize, logits: usize, ids: usize, lse: usize, dlogits: usize, m: i32, v: i32): void {
  for (let row = 0; row < m; row++) {
    const at = <usize>row * 4;
    const lses = f32x4.splat(load<f32>(lse + at));
    const d = load<f32>(dy + at);
    const minus = f32x4.splat(-d);
    let from = logits;
    let to = dlogits;
    for (let left = v; left > 0; left -= 4) {
      put(to, f32x4.mul(minus, Lanes.exp(f32x4.sub(next(from, left), lses))), left);
      from += 16;
      to += 16;
    }
    const own = dlogits + <usize>load<i32>(ids + at) * 4;
    store<f32>(own, load<f32>(own) + d);
    logits += <usize>v * 4;
    dlogits += <usize>v * 4;
  }
}
