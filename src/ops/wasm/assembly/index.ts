// The module's exports. It works inside the linear memory of TensorFlow.js' own WASM backend: addresses come from
// the caller, and nothing here allocates, owns data or uses a stack in memory: threads that share the memory may call
// any function at once, as long as they write to different addresses.
export { adamw, sumOfSquares } from "./adamw";
export { attentionForward, attentionScratch } from "./attention";
export { attentionBackward, attentionBackwardScratch } from "./attentionBackward";
export { decodeScratch } from "./decode";
export { decodeFirst, decodeTokens } from "./decodeTokens";
export { drawScratch } from "./draw";
export { linearBiasGrad, linearForward, linearInputGrad, linearScratch, linearWeightGrad, packWeight } from "./linear";
export { rmsNormBackward, rmsNormForward } from "./rmsNorm";
export { rotate } from "./rotate";
export { firstOutside, gatherRows, scatterAddRows } from "./rows";
export { swigluBackward, swigluForward } from "./swiglu";
export { tokenLogprobBackward, tokenLogprobForward } from "./tokenLogprob";
