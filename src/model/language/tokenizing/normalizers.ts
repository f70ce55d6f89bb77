/** Normalizers that @huggingface/tokenizers computes as the Rust library does, rewritten where it does not. */
import type { JsonObject } from "../../../formats/jsonObject.ts";
import { checkKeys, componentOf, patternOf, refuse, stepsOf, type Component } from "./component.ts";

/** Returns an equivalent normalizer. Throws `TokenizerError` if there is none. */
export function normalizerOf(value: unknown): JsonObject | null {
  const component = componentOf(value, "normalizer");
  return component === null ? null : rewritten(component);
}

function rewritten(component: Component): JsonObject {
  const { type, fields, place } = component;
  switch (type) {
    case "Sequence":
      checkKeys(component, { normalizers: "list" });
      return { type, normalizers: stepsOf(component, "normalizers").map(rewritten) };
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
    case "StripAccents":
      checkKeys(component, {});
      return { type };
    case "Lowercase":
      checkKeys(component, {});
      // JavaScript has a final sigma; Rust lowers each character by itself.
      return { type: "Sequence", normalizers: [replaced("Σ", "σ"), { type }] };
    case "Strip":
      checkKeys(component, { strip_left: "boolean", strip_right: "boolean" });
      // JavaScript's own trim takes other characters for white space.
      return {
        type: "Sequence",
        normalizers: [
          ...(fields["strip_left"] === true ? [replaced("\\A\\s+", "")] : []),
          ...(fields["strip_right"] === true ? [replaced("\\s+\\z", "")] : []),
        ],
      };
    case "Prepend":
      checkKeys(component, { prepend: "string" });
      return prepended(String(fields["prepend"]), "[\\s\\S]");
    case "Replace":
      checkKeys(component, { pattern: "object", content: "string" });
      return replaced(patternOf(component).regex, String(fields["content"]));
    default:
      return refuse(place, `is of type ${type}`);
  }
}

/** Replaces the matches of a regular expression; `content` is no pattern of JavaScript's `replaceAll`. */
function replaced(regex: string, content: string): JsonObject {
  return { type: "Replace", pattern: { Regex: regex }, content: content.replaceAll("$", "$$$$") };
}

/** Puts `content` before a text that begins with one of some characters. */
export function prepended(content: string, characters: string): JsonObject {
  const pattern = { Regex: `\\A${characters}` };
  return { type: "Replace", pattern, content: `${content.replaceAll("$", "$$$$")}$&` };
}
