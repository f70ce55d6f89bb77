/** The forms in which a run's model goes out, and what a file of each is called. */
import type { Packing } from "../formats/narrowFloats.ts";
import type { SafetensorsPacking } from "../formats/safetensors.ts";

/** A zip of a Hugging Face folder, a GGUF file, or a zip of the adapter alone, and how its weights are written. */
export type ExportForm =
  | { readonly format: "adapter"; readonly packing: "F32" }
  | { readonly format: "folder"; readonly packing: SafetensorsPacking }
  | { readonly format: "gguf"; readonly packing: Packing };

/** What is offered of an adapter that was trained. */
export const ADAPTER_FORM: ExportForm = { format: "adapter", packing: "F32" };

/** What is offered of every model, in this order. */
export const EXPORT_FORMS: readonly ExportForm[] = [
  ...(["F32", "F16", "BF16"] as const).map((packing) => ({ format: "folder", packing }) as const),
  ...(["F32", "F16", "Q8_0"] as const).map((packing) => ({ format: "gguf", packing }) as const),
];

/** A form, and how large it will be or why it cannot be written. */
export interface ExportOffer {
  readonly form: ExportForm;
  /** About; null when it cannot be written. */
  readonly bytes: number | null;
  /** Sentences on what is lost in it, or on why it cannot be written. */
  readonly notes: readonly string[];
}

/** "abacus-0.2M-ttrl-step-40-f16.gguf"; float32, which loses nothing, is not named. */
export function exportName(model: string, steps: number, { format, packing }: ExportForm): string {
  if (format === "adapter") return `${model}-ttrl-step-${steps}-adapter.zip`;
  const precision = packing === "F32" ? "" : `-${packing.toLowerCase()}`;
  return `${model}-ttrl-step-${steps}${precision}.${format === "gguf" ? "gguf" : "zip"}`;
}
