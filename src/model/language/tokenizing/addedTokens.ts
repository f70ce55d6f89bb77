/** Added tokens: found in a text before its other pieces are split, as in the Rust library. */
import { isJsonObject, type JsonObject } from "../../../formats/jsonObject.ts";
import { brief, checkKeys, refuse } from "./component.ts";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out of decoded texts. */
  readonly special: boolean;
  /** Found in the normalised text, not in the text itself. */
  readonly normalized: boolean;
  /** Found only where no word character is next to it. */
  readonly singleWord: boolean;
  /** Takes the white space before or after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

const FLAGS = {
  single_word: "boolean",
  lstrip: "boolean",
  rstrip: "boolean",
  normalized: "boolean",
} as const;

/** Reads `added_tokens` of tokenizer.json. Throws `TokenizerError`. */
export function addedTokensOf(value: unknown): AddedToken[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuse("added_tokens", `is ${brief(value)}, not a list`);
  return value.map((token: unknown, i) => {
    const place = `added_tokens[${i}]`;
    if (!isJsonObject(token)) return refuse(place, `is ${brief(token)}`);
    checkKeys(
      { place, type: "an added token", fields: token },
      { id: "number", content: "string", special: "boolean", ...FLAGS },
    );
    const { id, content } = token;
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0 || typeof content !== "string")
      return refuse(place, `is ${brief(token)}, without id or content`);
    return { id, content, ...flagsOf(token) };
  });
}

function flagsOf(token: JsonObject): Omit<AddedToken, "id" | "content"> {
  const { special = false, single_word: singleWord, lstrip, rstrip } = token;
  return {
    special: special === true,
    normalized: (token["normalized"] ?? special !== true) === true,
    singleWord: singleWord === true,
    lstrip: lstrip === true,
    rstrip: rstrip === true,
  };
}

/** A part of a text: an added token, or text. */
export type Section = { readonly id: number } | { readonly text: string; readonly start: number };

const [WORD, SPACE] = [/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200C\u200D]/u, /\p{White_Space}/u];

interface TrieNode {
  readonly next: Map<string, TrieNode>;
  token?: AddedToken;
}

/** Returns a function that cuts a text at added tokens, the longest of those that begin first, by `contentOf` each. */
export function sectionsBy(
  tokens: readonly AddedToken[],
  contentOf: (token: AddedToken) => string,
): (text: string) => Section[] {
  const root: TrieNode = { next: new Map() };
  for (const token of tokens) {
    let node = root;
    for (const unit of contentOf(token)) {
      const next = node.next.get(unit) ?? { next: new Map() };
      node.next.set(unit, next);
      node = next;
    }
    if (node !== root) node.token ??= token;
  }
  return (text) => cut(text, root);
}

function cut(text: string, root: TrieNode): Section[] {
  const sections: Section[] = [];
  let done = 0;
  for (let at = 0; at < text.length;) {
    const match = longestMatch(text, at, root);
    if (match === null) {
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    const { token, end } = match;
    const [start, stop] = extended(text, done, at, match);
    at = end;
    if (token.singleWord && isWithinWord(text, match.start, end)) continue;
    if (start > done) sections.push({ text: text.slice(done, start), start: done });
    if (stop > start) sections.push({ id: token.id });
    done = stop; // before or after `at`: a token within the white space that another took is found all the same
  }
  if (done < text.length) sections.push({ text: text.slice(done), start: done });
  return sections;
}

interface Match {
  readonly token: AddedToken;
  readonly start: number;
  readonly end: number;
}

function longestMatch(text: string, start: number, root: TrieNode): Match | null {
  let node: TrieNode | undefined = root;
  let found: Match | null = null;
  for (let end = start; end < text.length;) {
    const unit = String.fromCodePoint(text.codePointAt(end) ?? 0);
    node = node.next.get(unit);
    if (node === undefined) break;
    end += unit.length;
    if (node.token !== undefined) found = { token: node.token, start, end };
  }
  return found;
}

function isWithinWord(text: string, start: number, end: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1) ?? "";
  const [after = ""] = text.slice(end, end + 2);
  return WORD.test(before) || WORD.test(after);
}

/** Returns the match with the white space that it takes, none of it before `done`. */
function extended(text: string, done: number, at: number, { token, end }: Match): [number, number] {
  let [start, stop] = [at, end];
  while (token.lstrip && start > done && SPACE.test(text.charAt(start - 1))) start--;
  while (token.rstrip && stop < text.length && SPACE.test(text.charAt(stop))) stop++;
  return [token.lstrip ? Math.max(start, done) : start, stop];
}
