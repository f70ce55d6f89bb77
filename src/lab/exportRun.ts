/** Exports the trained model of a run: a Hugging Face folder with the run's own files, a zip of it, or a GGUF file. */
import { exportGguf, ggufNotes, type GgufExport } from "../formats/gguf/ggufExport.ts";
import { GgufExportError } from "../formats/gguf/ggufError.ts";
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import { modelFolderFiles, SHARD_BYTES } from "../formats/huggingface/modelFolderFiles.ts";
import { writePeftAdapter, type PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { bytesOf, type Outgoing, type Streamed } from "../formats/streamed.ts";
import { zip } from "../formats/zip/zipWriter.ts";
import type { TrainablePolicy } from "../model/contracts/trainablePolicy.ts";
import { UNFRAMED } from "../model/language/tokenizer.ts";
import { trainedAdapter, trainedTexts, trainedWeights } from "../model/trainedFolder.ts";
import { adapterCount } from "../model/weights/adapter.ts";
import { bundleFiles } from "../recipe/bundle.ts";
import { recipeRefusal, type Continuation } from "../recipe/continuation.ts";
import {
  ADAPTER_FORM,
  EXPORT_FORMS,
  type ExportForm,
  type ExportOffer,
  type ModelForm,
  type Recipe,
} from "../report/exportForms.ts";
import { reportFiles } from "../report/metrics.ts";
import { adapterCard, modelCard, type FurtherEvaluations } from "../report/modelCard.ts";
import type { RunDescription, RunReport } from "../report/record.ts";
import type { PromptFrame } from "../rl/contracts/types.ts";

type FolderForm = Extract<ExportForm, { format: "folder" }>;

/** The model form inside a recipe: float32. */
const RECIPE_MODEL: FolderForm = { format: "folder", packing: "F32" };

/** A policy and the folder that it was opened from. */
export interface ExportedModel {
  readonly name: string;
  readonly folder: FolderTexts;
  readonly policy: TrainablePolicy;
}

/** Returns the report of a run, with the size of its adapter if it trains one. */
export function reportOf(
  { adapter, model }: Pick<TrainablePolicy, "adapter" | "model">,
  run: RunDescription,
  measured: Pick<RunReport, "steps" | "evaluations">,
): RunReport {
  const size = adapter === null ? {} : { adapterParameters: adapterCount(model.config, adapter) };
  return { run, ...measured, ...size };
}

/**
 * Returns the exported file. Weights are read from the backend one at a time while it is written. A zip of the model
 * also holds the trained adapter. Throws `GgufExportError`.
 */
export async function exportRun(model: ExportedModel, report: RunReport, form: ModelForm): Promise<Streamed> {
  if (form.format === "gguf") return ggufOf(model, form);
  const adapter = await adapterFolder(model, report);
  if (form.format === "folder") {
    const inside = [...(adapter ?? [])].map(([name, bytes]) => [`adapter/${name}`, bytes] as const);
    return zip(new Map([...runFolder(model, report, form), ...inside]));
  }
  if (adapter === null) throw new Error("no adapter was trained");
  return zip(adapter);
}

/** Returns a zip that continues the run with another trainer; `readFixed` returns the text of a file in recipe/files. */
export function exportRecipe(
  model: ExportedModel,
  report: RunReport,
  recipe: Recipe,
  run: Continuation,
  readFixed: (name: string) => string,
): Streamed {
  const files = new Map<string, Outgoing>();
  for (const [path, content] of bundleFiles(recipe, run, readFixed))
    files.set(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  for (const [path, file] of runFolder(model, report, RECIPE_MODEL)) files.set(`model/${path}`, file);
  return zip(files);
}

/** Returns the files of the Hugging Face folder, including the run's own files. */
export function runFolder(
  model: ExportedModel,
  report: RunReport,
  form: FolderForm = RECIPE_MODEL,
  further: FurtherEvaluations = new Map(),
): Map<string, Outgoing> {
  return folderOf(model, form, { card: modelCard(report, further), extras: reportFiles(report) });
}

/** Returns the files of the trained adapter in PEFT's format; null if all weights were trained. */
export async function adapterFolder(
  { name, policy }: ExportedModel,
  report: RunReport,
): Promise<Map<string, Uint8Array> | null> {
  const adapter: PeftAdapter | null = await trainedAdapter(policy, name);
  return adapter === null ? null : writePeftAdapter(adapter, adapterCard(report));
}

/** Returns every export form with its approximate size in bytes, or the reason why it is unavailable. */
export function exportOffers(model: ExportedModel, frame: PromptFrame = UNFRAMED): ExportOffer[] {
  const { adapter, model: language } = model.policy;
  const offers = EXPORT_FORMS.map((form) => offerOf(model, form, frame));
  if (adapter === null) return offers;
  const bytes = Float32Array.BYTES_PER_ELEMENT * adapterCount(language.config, adapter);
  return [...offers, { form: ADAPTER_FORM, bytes, notes: [] }];
}

function offerOf(model: ExportedModel, form: ExportForm, frame: PromptFrame): ExportOffer {
  if (form.format === "recipe") {
    const refusal = recipeRefusal(frame);
    return refusal === null
      ? { form, bytes: folderBytes(model, RECIPE_MODEL), notes: [] }
      : { form, bytes: null, notes: [refusal] };
  }
  if (form.format === "folder") return { form, bytes: folderBytes(model, form), notes: [] };
  try {
    const file = ggufOf(model, form);
    return { form, bytes: file.bytes, notes: ggufNotes(file) };
  } catch (error) {
    if (error instanceof GgufExportError) return { form, bytes: null, notes: [error.message] };
    throw error;
  }
}

function ggufOf(
  { name, folder, policy }: ExportedModel,
  { packing }: Pick<ModelForm, "packing">,
): GgufExport {
  const { config } = policy.model;
  return exportGguf(trainedTexts(folder, policy.model), trainedWeights(policy), config, { packing, name });
}

function folderOf(
  { folder, policy }: ExportedModel,
  { packing }: FolderForm,
  { card, extras }: { readonly card?: string; readonly extras: ReadonlyMap<string, string> },
): Map<string, Outgoing> {
  const texts = { ...trainedTexts(folder, policy.model), ...(card !== undefined && { card }) };
  return modelFolderFiles(texts, trainedWeights(policy), { packing, shardBytes: SHARD_BYTES, extras });
}

/** Bytes of a folder's files before compression, without the run's own files. */
function folderBytes(model: ExportedModel, form: FolderForm): number {
  const files = folderOf(model, form, { extras: new Map() });
  return [...files.values()].reduce((total, file) => total + bytesOf(file), 0);
}
