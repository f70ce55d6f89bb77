/** All contenders by name; each is loaded in the worker or process that runs it, so that none sees another's libraries. */
import type { Contender } from "./contender.ts";

/** A contender of the comparison. */
interface Entry {
  readonly title: string;
  /** What it computes on. */
  readonly device: "webgpu" | "wasm";
  /** Package of bench/package.json or of the product whose version is noted. */
  readonly package: string | null;
  /** It needs what only browsers have. */
  readonly browserOnly: boolean;
  /** It does not train, or not otherwise than another contender. */
  readonly decodesOnly: boolean;
  readonly load: () => Promise<Contender>;
}

export const CONTENDERS = {
  engine: {
    title: "this engine",
    device: "webgpu",
    package: null,
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./engine.ts")).engine,
  },
  "tensorflow-webgpu": {
    title: "TensorFlow.js operations",
    device: "webgpu",
    package: "@tensorflow/tfjs",
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./tensorflow.ts")).tensorflowWebGpu,
  },
  "jax-webgpu": {
    title: "jax-js",
    device: "webgpu",
    package: "@jax-js/jax",
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./jax.ts")).jaxWebGpu,
  },
  nanogpt: {
    title: "nanogpt (its own GPT)",
    device: "webgpu",
    package: "@genai-fi/nanogpt",
    browserOnly: true,
    decodesOnly: false,
    load: async () => (await import("./nanogpt.ts")).nanogpt,
  },
  "transformers-webgpu": {
    title: "transformers.js",
    device: "webgpu",
    package: "@huggingface/transformers",
    browserOnly: true,
    decodesOnly: true,
    load: async () => (await import("./transformers.ts")).transformersWebGpu,
  },
  "wasm-kernels": {
    title: "this repository's WASM kernels",
    device: "wasm",
    package: null,
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./tensorflow.ts")).wasmKernels,
  },
  "tensorflow-wasm": {
    title: "TensorFlow.js operations",
    device: "wasm",
    package: "@tensorflow/tfjs",
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./tensorflow.ts")).tensorflowWasm,
  },
  "jax-wasm": {
    title: "jax-js",
    device: "wasm",
    package: "@jax-js/jax",
    browserOnly: false,
    decodesOnly: false,
    load: async () => (await import("./jax.ts")).jaxWasm,
  },
  "transformers-wasm": {
    title: "transformers.js",
    device: "wasm",
    package: "@huggingface/transformers",
    browserOnly: true,
    decodesOnly: true,
    load: async () => (await import("./transformers.ts")).transformersWasm,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type ContenderName = keyof typeof CONTENDERS;

/** All, in the order of the tables. */
export const NAMES = Object.keys(CONTENDERS) as ContenderName[]; // of a literal without other keys
