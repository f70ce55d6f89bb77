/** Parameter list of `Count` numbers. */
type Numbers<Count extends number, List extends number[] = []> = List["length"] extends Count
  ? List
  : Numbers<Count, [...List, number]>;

/** A kernel with `Count` parameters, named in assembly/. One without a result returns undefined. */
type Kernel<Count extends number> = (...args: Numbers<Count>) => number;

/** Exports of kernels.wasm. Pointers are byte addresses in the backend's memory; floats are float32. */
export interface KernelExports {
  linearScratch: Kernel<2>;
  linearForward: Kernel<8>;
  linearInputGrad: Kernel<7>;
  linearWeightGrad: Kernel<9>;
  linearBiasGrad: Kernel<4>;
  rmsNormForward: Kernel<7>;
  rmsNormBackward: Kernel<8>;
  rotate: Kernel<9>;
  swigluForward: Kernel<4>;
  swigluBackward: Kernel<6>;
  gatherRows: Kernel<5>;
  scatterAddRows: Kernel<6>;
  firstOutside: Kernel<3>;
  tokenLogprobForward: Kernel<7>;
  tokenLogprobBackward: Kernel<7>;
  attentionScratch: Kernel<2>;
  attentionForward: Kernel<12>;
  attentionBackwardScratch: Kernel<2>;
  attentionBackward: Kernel<16>;
  decodeScratch: Kernel<6>;
  packWeight: Kernel<4>;
  drawScratch: Kernel<1>;
  /** Returns 0 if logits are not finite, as `decodeTokens`; layout of `decoding` in decodeTokens/layout.ts. */
  decodeFirst: Kernel<2>;
  decodeTokens: Kernel<2>;
  sumOfSquares: Kernel<2>;
  adamw: Kernel<17>;
}
