/** Which tokens end a response, and where that is said. */
import type { FolderTexts } from "../../formats/huggingface/modelFolder.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizing/tokenizerError.ts";

export interface EndTokens {
  readonly ids: readonly number[];
  /** Sentences for the user where the model's configuration does not say it all. */
  readonly notes: readonly string[];
}

/**
 * Takes the end tokens of generation_config.json, else of config.json, else the tokenizer's `eos_token`; and with them the
 * token with which the chat template ends a turn: base models often have a template whose turns end otherwise than their texts.
 */
export function endTokensOf(folder: FolderTexts, tokenizer: Tokenizer): EndTokens {
  const configured =
    idsOf(folder.generationConfig?.["eos_token_id"], "generation_config.json") ??
    idsOf(folder.config["eos_token_id"], "config.json");
  const named = tokenizer.end === null ? [] : [tokenizer.end.id];
  const ids = configured ?? named;
  const turn = tokenizer.turnEnd;
  const added = turn !== null && !ids.includes(turn.id) ? [turn.id] : [];
  const all = [...ids, ...added];
  if (all.length === 0) return { ids: all, notes: [NEVER] };
  const sources = [
    ...(configured === null && tokenizer.end !== null
      ? [
          `${tokenizer.end.text}, the eos_token of the tokenizer, since neither generation_config.json nor config.json names one`,
        ]
      : []),
    ...(added.length > 0 && turn !== null
      ? [
          `${turn.text}, which ends a turn in the chat template${ids.length > 0 ? `, in addition to ${quantity(ids)}` : ""}`,
        ]
      : []),
  ];
  return { ids: all, notes: sources.map((source) => `responses end at ${source}`) };
}

const NEVER =
  "no token ends a response: generation_config.json, config.json, the tokenizer and the chat template name none, so every response has maxResponseTokens tokens";

function quantity(ids: readonly number[]): string {
  return `the configured end token${ids.length === 1 ? "" : "s"} ${ids.join(", ")}`;
}

/** Returns ids given as one or as a list; null if there are none. Throws `TokenizerError` if they are no ids. */
function idsOf(value: unknown, file: string): number[] | null {
  const ids: readonly unknown[] = Array.isArray(value)
    ? value
    : value === null || value === undefined
      ? []
      : [value];
  if (!ids.every((id): id is number => Number.isSafeInteger(id) && Number(id) >= 0))
    throw new TokenizerError(
      `${file}: eos_token_id is ${JSON.stringify(value)}, not a token id or a list of them`,
    );
  return ids.length === 0 ? null : [...ids];
}
