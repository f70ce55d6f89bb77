/** Export forms of a run's model, and their file names. */
import type { Packing } from "../formats/numbers/narrowFloats.ts";
import type { SafetensorsPacking } from "../formats/safetensors/safetensors.ts";

/** The trainers that a run can go on with elsewhere: TRL, verl, and the authors' own code. */
export const RECIPES = ["trl", "verl", "ttrl"] as const;

export type Recipe = (typeof RECIPES)[number];

/**
 * A zip of a Hugging Face folder, a GGUF file, or a zip of the adapter alone, and how its weights are written; or a zip of what
 * continues the run elsewhere.
 */
export type ExportForm =
  | { readonly format: "adapter"; readonly packing: "F32" }
  | { readonly format: "folder"; readonly packing: SafetensorsPacking }
  | { readonly format: "gguf"; readonly packing: Packing }
  | { readonly format: "recipe"; readonly recipe: Recipe };

/** A form of the model by itself. */
export type ModelForm = Exclude<ExportForm, { format: "recipe" }>;

/** The export form of a trained adapter. */
export const ADAPTER_FORM: ModelForm = { format: "adapter", packing: "F32" };

/** The export forms of every model, in the order they are listed. */
export const EXPORT_FORMS: readonly ExportForm[] = [
  ...(["F32", "F16", "BF16"] as const).map((packing) => ({ format: "folder", packing }) as const),
  ...(["F32", "F16", "Q8_0"] as const).map((packing) => ({ format: "gguf", packing }) as const),
  ...RECIPES.map((recipe) => ({ format: "recipe", recipe }) as const),
];

/** A form, and how large it will be, or why it cannot be written. */
export interface ExportOffer {
  readonly form: ExportForm;
  /** About; null when it cannot be written. */
  readonly bytes: number | null;
  /** Sentences on what is lost in it, or on why it cannot be written. */
  readonly notes: readonly string[];
}

/** "abacus-0.2M-ttrl-step-40-f16.gguf"; float32, which loses nothing, is not named. */
export function exportName(model: string, steps: number, form: ExportForm): string {
  if (form.format === "adapter") return `${model}-ttrl-step-${steps}-adapter.zip`;
  if (form.format === "recipe") return `${model}-ttrl-step-${steps}-recipe-${form.recipe}.zip`;
  const { format, packing } = form;
  const precision = packing === "F32" ? "" : `-${packing.toLowerCase()}`;
  return `${model}-ttrl-step-${steps}${precision}.${format === "gguf" ? "gguf" : "zip"}`;
}
