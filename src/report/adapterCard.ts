/** The model card of an adapter: its base model, and how to load it. */
import type { RunReport } from "./record.ts";

/** The card, a README.md, as PEFT and its hub read it. */
export function adapterCard({ run, steps }: RunReport): string {
  const { model, dataset, config } = run;
  return [
    "---",
    "library_name: peft",
    `base_model: ${JSON.stringify(model)}`,
    "tags:",
    "- lora",
    "---",
    "",
    `# Adapter for ${model}, from test-time reinforcement learning`,
    "",
    `A LoRA adapter of rank ${config.loraRank} and alpha ${config.loraAlpha}, trained on the questions of "${dataset}" by ` +
      `TTRL (arXiv 2504.16084) in ${steps.length} steps. The model beside it has the adapter merged in; this folder goes ` +
      `with the model it was trained on, ${model}:`,
    "",
    "```python",
    "from peft import PeftModel",
    "from transformers import AutoModelForCausalLM",
    'model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("base"), "adapter")',
    "```",
    "",
    "The card of the model holds the run's figures and settings.",
    "",
  ].join("\n");
}
