/** All contenders by name, loaded on demand: a worker or process loads only the libraries of the one that it runs. */
import type { OpenContender } from "./contender.ts";

interface Entry {
  readonly title: string;
  readonly device: "webgpu" | "wasm";
  /** Package of bench/package.json or of the product whose version the report gives; null for this repository. */
  readonly package: string | null;
  readonly browserOnly?: boolean;
  readonly decodesOnly?: boolean;
  readonly load: () => Promise<OpenContender>;
}

const OPERATIONS = { title: "TensorFlow.js operations", package: "@tensorflow/tfjs" };
const JAX = { title: "jax-js", package: "@jax-js/jax" };
const TRANSFORMERS = {
  title: "transformers.js",
  package: "@huggingface/transformers",
  browserOnly: true,
  decodesOnly: true,
};

const ENTRIES = {
  engine: {
    title: "this engine",
    device: "webgpu",
    package: null,
    load: async () => (await import("./engine.ts")).openEngine,
  },
  "tensorflow-webgpu": {
    ...OPERATIONS,
    device: "webgpu",
    load: async () => (await import("./tensorflow.ts")).tensorflowWebGpu,
  },
  "jax-webgpu": { ...JAX, device: "webgpu", load: async () => (await import("./jax.ts")).jaxWebGpu },
  nanogpt: {
    title: "nanogpt (its own GPT)",
    device: "webgpu",
    package: "@genai-fi/nanogpt",
    browserOnly: true,
    load: async () => (await import("./nanogpt.ts")).openNanogpt,
  },
  "transformers-webgpu": {
    ...TRANSFORMERS,
    device: "webgpu",
    load: async () => (await import("./transformers.ts")).transformersWebGpu,
  },
  "wasm-kernels": {
    title: "this repository's WASM kernels",
    device: "wasm",
    package: null,
    load: async () => (await import("./tensorflow.ts")).wasmKernels,
  },
  "tensorflow-wasm": {
    ...OPERATIONS,
    device: "wasm",
    load: async () => (await import("./tensorflow.ts")).tensorflowWasm,
  },
  "jax-wasm": { ...JAX, device: "wasm", load: async () => (await import("./jax.ts")).jaxWasm },
  "transformers-wasm": {
    ...TRANSFORMERS,
    device: "wasm",
    load: async () => (await import("./transformers.ts")).transformersWasm,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type ContenderName = keyof typeof ENTRIES;

export const CONTENDERS: Readonly<Record<ContenderName, Entry>> = ENTRIES;

/** All names, in the order of the tables. */
export const NAMES = Object.keys(ENTRIES) as ContenderName[]; // keys of a const table
