/** Plans the memory of a run that the page asks about, before anything of it starts. */
import { describeAdapter } from "../../webgpu/device/adapter.ts";
import { blobSource, type ByteSource } from "../../formats/byteSource.ts";
import { isGguf } from "../../formats/gguf/gguf.ts";
import { openGgufModel } from "../../formats/gguf/ggufModel.ts";
import { openModelFolder, readModelFolder, type FolderTexts } from "../../formats/huggingface/modelFolder.ts";
import { unzip } from "../../formats/zip/zip.ts";
import { storedFiles } from "../../hub/cache.ts";
import { sharesOf } from "../../ops/wasm/startThreads.ts";
import { readLanguageModel, type LanguageModel } from "../../model/language/languageModel.ts";
import { WASM_BYTES, type Machine, type MemoryPlan } from "../../model/memory/planMemory.ts";
import { trainedParameters } from "../../model/memory/trainedParameters.ts";
import { limitsObstacle } from "../../model/openPolicy.ts";
import { chooseBackend } from "../../lab/startBackend.ts";
import { downloadModel } from "../browser/embeddedModel.ts";
import { OpfsStorage } from "../browser/opfsStorage.ts";
import type { PlanQuestion } from "./planProtocol.ts";
import { planQuestions } from "../../lab/memoryPlan.ts";
import { threadCount } from "../browser/threadCount.ts";

/** The last model that was asked about: typing changes settings alone. */
let known: { readonly place: string; readonly model: Promise<LanguageModel> } | null = null;

/** The plan of a run that has not started; null where its way of computing has none. */
export async function planOf(asked: PlanQuestion): Promise<MemoryPlan | null> {
  const place = [
    asked.model,
    asked.storedModel ?? "",
    JSON.stringify(asked.prompt),
    ...(asked.modelFiles ?? []).map(({ blob }) => blob.size),
  ].join(" ");
  if (known?.place !== place) known = { place, model: modelOf(asked) };
  const model = await known.model;
  const machine = await machineOf(model, asked);
  if (machine === null) return null;
  const questions = asked.prompts.map((prompt, i) => ({ id: String(i), prompt }));
  return planQuestions(model, { questions, count: asked.questions }, asked.config, machine);
}

async function modelOf({ model, modelFiles, storedModel, prompt }: PlanQuestion): Promise<LanguageModel> {
  if (modelFiles !== undefined) {
    const sources = modelFiles.map(({ path, blob }) => [path, blobSource(blob)] as const);
    return readLanguageModel(await textsOf(new Map(sources)), prompt);
  }
  if (storedModel !== undefined)
    return readLanguageModel(await textsOf(await storedFiles(new OpfsStorage(), storedModel)), prompt);
  const { texts } = await downloadModel(model, new AbortController().signal, () => {});
  return readLanguageModel(texts, prompt);
}

/** What is told of a model beside its weights, which stay unread. */
async function textsOf(files: ReadonlyMap<string, ByteSource>): Promise<FolderTexts> {
  const [first, second] = files.values();
  if (first === undefined || second !== undefined) return (await openModelFolder(files)).texts;
  if (await isGguf(first)) return (await openGgufModel(first)).texts;
  return readModelFolder(unzip(await first.read(0, first.size)));
}

/** Where a run would compute, found without starting anything; null for ways of computing that have no plan. */
async function machineOf(
  { config: model }: LanguageModel,
  { backend: choice, config }: PlanQuestion,
): Promise<Machine | null> {
  const { gpu } = navigator as { readonly gpu?: GPU }; // absent on pages that are not served securely
  const adapter = (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
  const described = adapter === null ? null : describeAdapter(adapter);
  const { backend } = await chooseBackend(choice, () => Promise.resolve(described));
  if (backend === "wasm") return { adapter: null, shares: sharesOf(threadCount()), memory: WASM_BYTES };
  if (backend === "cpu" || choice === "webgpu-operations" || adapter === null || described === null)
    return null;
  if (limitsObstacle(model, adapter.limits, trainedParameters(model, config)) !== null) return null;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const { software } = described;
  return { adapter: { maxBufferSize, maxStorageBufferBindingSize, software }, shares: 1, memory: null };
}
