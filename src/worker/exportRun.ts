/** A run -> a file of its trained model: a zip of a Hugging Face folder with the run's own files in it, or a GGUF file. */
import { exportGguf, ggufNotes, type GgufExport } from "../formats/ggufExport.ts";
import { GgufExportError } from "../formats/ggufExportError.ts";
import type { FolderTexts } from "../formats/modelFolder.ts";
import { modelFolderFiles, SHARD_BYTES } from "../formats/modelFolderFiles.ts";
import { writePeftAdapter, type PeftAdapter } from "../formats/peftAdapter.ts";
import { bytesOf, type Outgoing, type Streamed } from "../formats/streamed.ts";
import { zip } from "../formats/zipWriter.ts";
import { adapterCount } from "../model/adapter.ts";
import { trainedTexts, trainedWeights } from "../model/trainedFolder.ts";
import type { TrainablePolicy } from "../model/trainablePolicy.ts";
import { ADAPTER_FORM, EXPORT_FORMS, type ExportForm, type ExportOffer } from "../report/exportForms.ts";
import { adapterCard } from "../report/adapterCard.ts";
import { reportFiles } from "../report/files.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";

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
  form: ExportForm,
  adapter: PeftAdapter | null = null,
): Streamed {
  if (form.format === "gguf") return ggufOf(model, form);
  if (form.format === "adapter") return zip(adapterFiles(adapter, report));
  const files = folderOf(model, form, { card: modelCard(report), extras: reportFiles(report) });
  const beside = adapter === null ? [] : adapterFiles(adapter, report);
  for (const [name, bytes] of beside) files.set(`adapter/${name}`, bytes);
  return zip(files);
}

function adapterFiles(adapter: PeftAdapter | null, report: RunReport): Map<string, Uint8Array> {
  if (adapter === null) throw new Error("no adapter was trained");
  return writePeftAdapter(adapter, adapterCard(report));
}

/** All forms: how large each file will be, about, or why there is none. */
export function exportOffers(model: ExportedModel): ExportOffer[] {
  const { adapter, model: language } = model.policy;
  const offers = EXPORT_FORMS.map((form) => offerOf(model, form));
  if (adapter === null) return offers;
  const bytes = Float32Array.BYTES_PER_ELEMENT * adapterCount(language.config, adapter);
  return [...offers, { form: ADAPTER_FORM, bytes, notes: [] }];
}

function offerOf(model: ExportedModel, form: ExportForm): ExportOffer {
  if (form.format === "folder") return { form, bytes: folderBytes(model, form), notes: [] };
  try {
    const file = ggufOf(model, form);
    return { form, bytes: file.bytes, notes: ggufNotes(file) };
  } catch (error) {
    if (error instanceof GgufExportError) return { form, bytes: null, notes: [error.message] };
    throw error;
  }
}

function ggufOf({ name, folder, policy }: ExportedModel, { packing }: ExportForm): GgufExport {
  const { config } = policy.model;
  return exportGguf(trainedTexts(folder, policy.model), trainedWeights(policy), config, { packing, name });
}

type FolderForm = Extract<ExportForm, { format: "folder" }>;

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
