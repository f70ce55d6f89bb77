/** For tests: a tiny model on a fake Hub, and its download. */
import { afterEach, beforeEach, expect } from "vitest";
import { download, type DownloadProgress } from "../download.ts";
import { FakeHub, impatient, MemoryStorage, type Fault, type SeenRequest } from "../fixture.ts";
import { parseModelId } from "../hubId.ts";
import { planDownload } from "../plan.ts";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const text = (content: string): Uint8Array => new TextEncoder().encode(content);
export const numbers = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 0xff);
export const WEIGHTS = numbers(60_000, 1);
export const FOLDER = new Map<string, Uint8Array>([
  ["README.md", text("# Not needed")],
  ["config.json", text('{"model_type":"llama"}')],
  ["generation_config.json", text("{}")],
  ["model.safetensors", WEIGHTS],
  ["onnx/model.onnx", text("not needed")],
  ["tokenizer.json", text('{"model":{}}')],
  ["tokenizer_config.json", text("{}")],
]);
export const NEEDED = [
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
];

export let hub: FakeHub;
export let storage: MemoryStorage;
export const never = new AbortController().signal;

export async function serve(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  hub = await new FakeHub({ name: "org/tiny", commit: COMMIT, files }).start();
}

/** Gives each test of a file its own Hub with the model, and an empty storage. */
export function useTinyHub(): void {
  beforeEach(async () => {
    storage = new MemoryStorage();
    await serve(FOLDER);
  });
  afterEach(() => hub.stop());
}

/** Sets the faults of successive requests for the weights; later requests succeed. */
export function faultyWeights(...faults: readonly Fault[]): void {
  hub.fault = ({ path, turn }: SeenRequest) => (path === "model.safetensors" ? (faults[turn] ?? {}) : {});
}

interface Fetch {
  readonly id?: string;
  readonly signal?: AbortSignal;
  readonly token?: string;
  readonly waits?: number[];
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export async function fetchModel({
  id = "org/tiny",
  signal = never,
  token,
  waits = [],
  onProgress = () => undefined,
}: Fetch = {}): Promise<string> {
  const asked = impatient(hub, token ?? null, waits);
  const plan = await planDownload(asked, storage, parseModelId(id), signal);
  return download(asked, storage, plan, { signal, onProgress });
}

export const stored = (folder: string, name: string): Uint8Array | undefined =>
  storage.files.get(`${folder}/${name}`);
/** Compares as buffers: toEqual on large arrays is slow. */
export const expectWeights = (bytes: Uint8Array | undefined): void =>
  expect(Buffer.compare(bytes ?? new Uint8Array(), WEIGHTS)).toBe(0);
export const rangesOf = (path: string): (string | undefined)[] =>
  hub.of(path).map(({ headers }) => headers.range);
