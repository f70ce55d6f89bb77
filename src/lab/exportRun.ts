/** A run -> a file of its trained model: a zip of a Hugging Face folder with the run's own files in it, or a GGUF file. */
import { exportGguf, ggufNotes, type GgufExport } from "../formats/gguf/ggufExport.ts";
import { GgufExportError } from "../formats/gguf/ggufExportError.ts";
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import { modelFolderFiles, SHARD_BYTES } from "../formats/huggingface/modelFolderFiles.ts";
import { writePeftAdapter, type PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { bytesOf, type Outgoing, type Streamed } from "../formats/streamed.ts";
import { zip } from "../formats/zip/zipWriter.ts";
import { adapterCount } from "../model/weights/adapter.ts";
import { trainedTexts, trainedWeights } from "../model/trainedFolder.ts";
import type { TrainablePolicy } from "../model/contracts/trainablePolicy.ts";
import { UNFRAMED } from "../model/language/tokenizer.ts";
import { recipeRefusal } from "../recipe/continuation.ts";
import {
  ADAPTER_FORM,
  EXPORT_FORMS,
  type ExportForm,
  type ExportOffer,
  type ModelForm,
} from "../report/exportForms.ts";
import { adapterCard } from "../report/adapterCard.ts";
import { reportFiles } from "../report/files.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";
import type { PromptFrame } from "../rl/contracts/types.ts";

type FolderForm = Extract<ExportForm, { format: "folder" }>;

/** The form in which a recipe holds the model: nothing is lost. */
export const RECIPE_MODEL: FolderForm = { format: "folder", packing: "F32" };

/** A policy and the folder that it was opened from. */
export interface ExportedModel {
  readonly name: string;
  readonly folder: FolderTexts;
  readonly policy: TrainablePolicy;
}

/**
 * The file, whose weights are taken from the backend one by one while it is written; a zip holds the `adapter` that was
 * trained in a folder of its own, too. Throws `GgufExportError`.
 */
export function exportRun(
  model: ExportedModel,
  report: RunReport,
  form: ModelForm,
  adapter: PeftAdapter | null = null,
): Streamed {
  if (form.format === "gguf") return ggufOf(model, form);
  if (form.format === "adapter") return zip(adapterFiles(adapter, report));
  const files = runFolder(model, report, form);
  const beside = adapter === null ? [] : adapterFiles(adapter, report);
  for (const [name, bytes] of beside) files.set(`adapter/${name}`, bytes);
  return zip(files);
}

/** The Hugging Face folder, with the run's own files in it. */
export function runFolder(model: ExportedModel, report: RunReport, form: FolderForm): Map<string, Outgoing> {
  return folderOf(model, form, { card: modelCard(report), extras: reportFiles(report) });
}

function adapterFiles(adapter: PeftAdapter | null, report: RunReport): Map<string, Uint8Array> {
  if (adapter === null) throw new Error("no adapter was trained");
  return writePeftAdapter(adapter, adapterCard(report));
}

/** All forms: how large each file will be, about, or why there is none; `frame` stood around the run's questions. */
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

/** Before texts are compressed and without what the run adds, which is little beside the weights. */
function folderBytes(model: ExportedModel, form: FolderForm): number {
  const files = folderOf(model, form, { extras: new Map() });
  return [...files.values()].reduce((total, file) => total + bytesOf(file), 0);
}
