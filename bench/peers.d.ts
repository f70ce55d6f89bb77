/** Types of the peers as far as the contenders use them; the peers are not installed with the product. */

declare module "@jax-js/jax" {
  /** Functions and methods consume their arguments; `ref` adds a reference for another use. */
  export interface Array {
    readonly ref: Array;
    readonly shape: number[];
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    reshape(shape: number[]): Array;
    data(): Promise<Float32Array | Int32Array>;
    dispose(): void;
  }
  export type Device = "wasm" | "webgpu";
  export function init(...devices: Device[]): Promise<Device[]>;
  export function defaultDevice(device: Device): Device;
  export function jit<Args extends readonly unknown[], Result>(
    f: (...args: Args) => Result,
  ): (...args: Args) => Result;
  export function valueAndGrad<Parameters, Rest extends readonly unknown[]>(
    f: (parameters: Parameters, ...rest: Rest) => Array,
  ): (parameters: Parameters, ...rest: Rest) => [Array, Parameters];
  export const numpy: {
    array(values: Float32Array | Int32Array): Array;
    zeros(shape: number[]): Array;
    matmul(a: Array, b: Array): Array;
    einsum(text: string, ...operands: Array[]): Array;
    transpose(a: Array, axes?: number[]): Array;
    concatenate(arrays: Array[], axis: number): Array;
    split(a: Array, at: number | number[], axis: number): Array[];
    take(a: Array, indices: Array, axis: number): Array;
    argmax(a: Array, axis: number): Array;
    mean(a: Array, axis: number, options?: { keepdims: boolean }): Array;
    sum(a: Array, axis?: number): Array;
    square(a: Array): Array;
    sqrt(a: Array): Array;
    exp(a: Array): Array;
    minimum(a: Array, b: Array | number): Array;
    clip(a: Array, low: number, high: number): Array;
  };
  export const nn: {
    softmax(a: Array, axis: number): Array;
    logSoftmax(a: Array, axis: number): Array;
    silu(a: Array): Array;
    oneHot(a: Array, classes: number): Array;
  };
  export const random: {
    key(seed: number): Array;
    gumbel(key: Array, shape: number[]): Array;
  };
  export const tree: {
    ref<T>(tree: T): T;
    dispose(tree: unknown): void;
  };
}

declare module "@genai-fi/nanogpt" {
  import type { Tensor } from "@tensorflow/tfjs-core";
  /** KV cache of a layer; every call of `forward` appends to it. */
  export interface LayerCache {
    length: number;
    cumulativeLength: number;
  }
  export interface Model {
    forward(attributes: { training: boolean; cache?: LayerCache[] }, ids: Tensor): Tensor;
  }
  export const TeachableLLM: { selectBackend(backend: "webgpu"): Promise<void> };
  export const models: { NanoGPTV2: new (config: Record<string, number | string>) => Model };
}

/** dist/training/BasicTrainer.js, not exported by the package; an alias in the page's build. */
declare module "nanogpt-trainer" {
  import type { Tensor } from "@tensorflow/tfjs-core";
  import type { Model } from "@genai-fi/nanogpt";
  export default class BasicTrainer {
    constructor(model: Model, tokenizer: { vocabSize: number }, options: Record<string, number>);
    trainStep(state: object, batch: { xs: Tensor; ys: Tensor }): Tensor;
  }
}

declare module "@huggingface/transformers" {
  export interface Tensor {
    readonly data: ArrayLike<bigint | number>;
  }
  export interface CausalLM {
    generate(options: Record<string, unknown>): Promise<Tensor>;
  }
  export const AutoModelForCausalLM: {
    from_pretrained(name: string, options: Record<string, unknown>): Promise<CausalLM>;
  };
  export const Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => Tensor;
  export const env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    useBrowserCache: boolean;
    backends: { onnx: { wasm: { wasmPaths?: unknown } } };
  };
}
