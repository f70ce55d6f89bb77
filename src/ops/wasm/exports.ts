/** Exports of kernels.wasm. Pointers are byte addresses in the backend's memory; floats are float32. */
export interface KernelExports {
  linearScratch(n: number, k: number): number;
  linearForward(
    x: number,
    w: number,
    bias: number,
    y: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
  ): void;
  linearInputGrad(dy: number, w: number, dx: number, m: number, n: number, k: number, scratch: number): void;
  /** Rows [begin, end) of dw; `begin` is a multiple of 4. */
  linearWeightGrad(
    dy: number,
    x: number,
    dw: number,
    m: number,
    n: number,
    k: number,
    begin: number,
    end: number,
    scratch: number,
  ): void;
  linearBiasGrad(dy: number, db: number, m: number, n: number): void;
  rmsNormForward(x: number, w: number, y: number, rstd: number, m: number, d: number, eps: number): void;
  rmsNormBackward(
    dy: number,
    x: number,
    w: number,
    rstd: number,
    dx: number,
    dw: number,
    m: number,
    d: number,
  ): void;
  rotate(
    x: number,
    positions: number,
    cos: number,
    sin: number,
    y: number,
    m: number,
    heads: number,
    half: number,
    direction: number,
  ): void;
  swigluForward(gate: number, up: number, y: number, n: number): void;
  swigluBackward(dy: number, gate: number, up: number, dgate: number, dup: number, n: number): void;
  gatherRows(w: number, ids: number, y: number, m: number, d: number): void;
  scatterAddRows(dy: number, ids: number, dw: number, m: number, v: number, d: number): void;
  firstOutside(values: number, m: number, limit: number): number;
  appendToken(suffix: number, x: number, rows: number, slots: number, width: number, index: number): void;
  tokenLogprobForward(
    logits: number,
    ids: number,
    logprob: number,
    entropy: number,
    lse: number,
    m: number,
    v: number,
  ): void;
  tokenLogprobBackward(
    dy: number,
    logits: number,
    ids: number,
    lse: number,
    dlogits: number,
    m: number,
    v: number,
  ): void;
  attentionScratch(longest: number, headDim: number): number;
  attentionForward(
    q: number,
    k: number,
    v: number,
    out: number,
    lse: number,
    rowStarts: number,
    batch: number,
    heads: number,
    kvHeads: number,
    headDim: number,
    longest: number,
    scratch: number,
  ): void;
  attentionBackwardScratch(longest: number, headDim: number): number;
  attentionBackward(
    dout: number,
    q: number,
    k: number,
    v: number,
    out: number,
    lse: number,
    dq: number,
    dk: number,
    dv: number,
    rowStarts: number,
    batch: number,
    heads: number,
    kvHeads: number,
    headDim: number,
    longest: number,
    scratch: number,
  ): void;
  decodeScratch(
    rows: number,
    groups: number,
    longest: number,
    suffix: number,
    kvHeads: number,
    headDim: number,
  ): number;
  decodeAttention(
    q: number,
    out: number,
    prefixKeys: number,
    prefixValues: number,
    prefixStarts: number,
    suffixKeys: number,
    suffixValues: number,
    rowGroup: number,
    /** Address of the suffix index of each row, or 0 for rows in order. */
    placeOf: number,
    rows: number,
    groups: number,
    slots: number,
    suffixLength: number,
    heads: number,
    kvHeads: number,
    headDim: number,
    longest: number,
    scratch: number,
  ): void;
  /** Packs a weight [n, k] for repeated products. */
  packWeight(w: number, n: number, k: number, panels: number): void;
  drawScratch(v: number): number;
  /** Returns 0 if logits are not finite; layout of `decoding` in decodeTokens/layout.ts. */
  decodeFirst(decoding: number, logits: number): number;
  decodeTokens(decoding: number, steps: number): number;
  sumOfSquares(x: number, n: number): number;
  adamw(
    param: number,
    grad: number,
    m: number,
    v: number,
    newParam: number,
    newM: number,
    newV: number,
    n: number,
    gradientScale: number,
    keep1: number,
    add1: number,
    keep2: number,
    add2: number,
    decay: number,
    stepSize: number,
    rootScale: number,
    epsilon: number,
  ): void;
}
