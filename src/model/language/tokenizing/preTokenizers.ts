/** Pre-tokenizers, as `Split`s that @huggingface/tokenizers computes as the Rust library does. */
import type { JsonObject } from "../../../formats/jsonObject.ts";
import {
  brief,
  checkKeys,
  componentOf,
  METASPACE,
  patternOf,
  refuse,
  stepsOf,
  type Component,
} from "./component.ts";
import { prepended } from "./normalizers.ts";

/** Returns an equivalent pre-tokenizer. Throws `TokenizerError` if there is none. */
export function preTokenizerOf(value: unknown): JsonObject | null {
  const component = componentOf(value, "pre_tokenizer");
  return component === null ? null : rewritten(component, true);
}

/** Pieces of GPT-2's byte-level BPE. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** Punctuation of ASCII and of Unicode. */
const PUNCTUATION = "[\\p{P}!-/:-@\\[-`{-~]";
/** Rust's \w, which has the joiners that Oniguruma's has not. */
const WORD = "\\w\\x{200C}\\x{200D}";

/** Types without settings, as the regular expression of their pieces. */
const PIECES: Readonly<Record<string, string>> = {
  Whitespace: `[${WORD}]+|[^${WORD}\\s]+`,
  WhitespaceSplit: "\\S+",
  BertPreTokenizer: `${PUNCTUATION}|[^\\s\\p{P}!-/:-@\\[-\`{-~]+`,
};

/** `isFirst` is true where no other pre-tokenizer has split the text before. */
function rewritten(component: Component, isFirst: boolean): JsonObject {
  const { type, place } = component;
  const pieces = Object.hasOwn(PIECES, type) ? PIECES[type] : undefined;
  if (pieces !== undefined) {
    checkKeys(component, {});
    return matches(pieces);
  }
  if (type === "Sequence") {
    checkKeys(component, { pretokenizers: "list" });
    const steps = stepsOf(component, "pretokenizers");
    return sequence(steps.map((step, i) => rewritten(step, isFirst && i === 0)));
  }
  if (type === "Metaspace") return metaspace(component, isFirst);
  const rewrite = Object.hasOwn(REWRITES, type) ? REWRITES[type] : undefined;
  return rewrite?.(component) ?? refuse(place, `is of type ${type}`);
}

const REWRITES: Readonly<Record<string, (component: Component) => JsonObject>> = {
  ByteLevel: byteLevel,
  Split: (component) => {
    checkKeys(component, { pattern: "object", behavior: "string", invert: "boolean" });
    return split(component, patternOf(component).regex);
  },
  Punctuation: (component) => {
    checkKeys(component, { behavior: "string" });
    return split({ ...component, fields: { behavior: "Isolated", ...component.fields } }, PUNCTUATION);
  },
  Digits: (component) => {
    checkKeys(component, { individual_digits: "boolean" });
    // All numeric characters, ½ and ² among them; the library's own takes 0 to 9.
    return isolated(component.fields["individual_digits"] === true ? "\\p{N}" : "\\p{N}+");
  },
  CharDelimiterSplit: (component) => {
    checkKeys(component, { delimiter: "string" });
    const { regex } = patternOf({
      ...component,
      fields: { pattern: { String: component.fields["delimiter"] } },
    });
    return matches(gap(regex));
  },
  FixedLength: (component) => {
    checkKeys(component, { length: "number" });
    return matches(`[\\s\\S]{1,${String(component.fields["length"])}}`);
  },
};

function byteLevel(component: Component): JsonObject {
  checkKeys(component, { add_prefix_space: "boolean", trim_offsets: "boolean", use_regex: "boolean" });
  const { add_prefix_space: prefix = true, use_regex: regex = true } = component.fields;
  return sequence([
    ...(prefix === true ? [prepended(" ", "[^ ]")] : []),
    ...(regex === true ? [isolated(GPT2)] : []),
    { type: "ByteLevel", add_prefix_space: false, use_regex: false },
  ]);
}

function metaspace(component: Component, isFirst: boolean): JsonObject {
  const { fields, place } = component;
  checkKeys(component, METASPACE);
  const { replacement = "▁", str_rep: spelling = replacement, split: splits = true } = fields;
  const scheme = fields["prepend_scheme"] ?? "always";
  if (spelling !== replacement) refuse(`${place}.str_rep`, `is ${brief(spelling)}, not the replacement`);
  if (fields["add_prefix_space"] === false && scheme !== "never")
    refuse(`${place}.add_prefix_space`, `is false and contradicts prepend_scheme ${brief(scheme)}`);
  if (scheme === "first" && !isFirst)
    refuse(`${place}.prepend_scheme`, 'is "first" after other pre-tokenizers');
  const own = { type: "Metaspace", replacement, prepend_scheme: scheme };
  if (splits === false) return own;
  const { regex } = patternOf({ ...component, fields: { pattern: { String: replacement } } });
  return sequence([own, matches(pieceRegex("MergedWithNext", regex))]);
}

/** Rewrites a split at the matches of a regular expression. */
function split({ place, fields }: Component, regex: string): JsonObject {
  const { behavior, invert = false } = fields;
  const inverted = invert === true;
  if (behavior === "Isolated") return isolated(regex); // either way
  if (behavior === "Removed") return matches(inverted ? regex : gap(regex));
  if (/\\[1-9]|\\k|\(\?<[A-Za-z_]/.test(regex))
    refuse(`${place}.pattern`, `has groups, with behavior ${brief(behavior)}`);
  if (behavior === "Contiguous") return matches(`(?:${regex})+|${gap(regex)}`);
  // With gaps in the part of matches, one that joins what is before it is a match that joins what is after it.
  if (behavior === "MergedWithPrevious" || behavior === "MergedWithNext") {
    const opposite = behavior === "MergedWithNext" ? "MergedWithPrevious" : "MergedWithNext";
    return matches(pieceRegex(inverted ? opposite : behavior, regex));
  }
  return refuse(`${place}.behavior`, `is ${brief(behavior)}`);
}

/** Pieces of a text whose matches join the text before or after them; adjacent matches stay separate. */
function pieceRegex(behavior: "MergedWithPrevious" | "MergedWithNext", regex: string): string {
  return behavior === "MergedWithPrevious"
    ? `${gap(regex)}(?:${regex})?|(?:${regex})`
    : `(?:${regex})${gap(regex)}|(?:${regex})|${gap(regex)}`;
}

/** Matches the text up to the next match. */
function gap(regex: string): string {
  return `(?:(?!${regex})[\\s\\S])+`;
}

/** Keeps only matches. */
function matches(regex: string): JsonObject {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true };
}

/** Keeps matches and the text between them. */
function isolated(regex: string): JsonObject {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

function sequence(pretokenizers: readonly JsonObject[]): JsonObject {
  return { type: "Sequence", pretokenizers };
}
