/** Decoders of tokenizer.json, as the Rust library computes them: tokens' texts -> a text. */
import { at } from "../../../math/at.ts";
import {
  METASPACE,
  checkKeys,
  componentOf,
  patternOf,
  refuse,
  stepsOf,
  type Component,
} from "./component.ts";

type Decoder = (tokens: readonly string[]) => readonly string[];

/** Returns the decoder. Throws `TokenizerError` if it is not supported. */
export function decoderOf(value: unknown): (tokens: readonly string[]) => string {
  const component = componentOf(value, "decoder");
  if (component === null) return (tokens) => tokens.join(" ");
  const decode = read(component);
  return (tokens) => decode(tokens).join("");
}

function read(component: Component): Decoder {
  const decoder = Object.hasOwn(DECODERS, component.type) ? DECODERS[component.type] : undefined;
  return decoder?.(component) ?? refuse(component.place, `is of type ${component.type}`);
}

const DECODERS: Readonly<Record<string, (component: Component) => Decoder>> = {
  Sequence: (component) => {
    checkKeys(component, { decoders: "list" });
    const steps = stepsOf(component, "decoders").map(read);
    return (tokens) => steps.reduce<readonly string[]>((now, step) => step(now), tokens);
  },
  ByteLevel: (component) => {
    checkKeys(component, { add_prefix_space: "boolean", trim_offsets: "boolean", use_regex: "boolean" });
    return (tokens) => [utf8(tokens.flatMap(bytesOf))];
  },
  Fuse: (component) => {
    checkKeys(component, {});
    return (tokens) => [tokens.join("")];
  },
  ByteFallback: (component) => {
    checkKeys(component, {});
    return byteFallback;
  },
  Replace: (component) => {
    checkKeys(component, { pattern: "object", content: "string" });
    const pattern = component.fields["pattern"] as { String?: string };
    if (pattern.String === undefined) refuse(`${component.place}.pattern`, "is a regular expression");
    patternOf(component);
    const content = String(component.fields["content"]);
    return (tokens) => tokens.map((token) => token.split(pattern.String ?? "").join(content));
  },
  Strip: (component) => {
    checkKeys(component, { content: "string", start: "number", stop: "number" });
    return (tokens) => tokens.map((token) => stripped(token, component));
  },
  Metaspace: (component) => metaspace(component),
  BPEDecoder: (component) => {
    checkKeys(component, { suffix: "string" });
    const { suffix = "</w>" } = component.fields;
    return (tokens) =>
      tokens.map((token, i) => token.split(String(suffix)).join(i === tokens.length - 1 ? "" : " "));
  },
  WordPiece: (component) => wordPiece(component),
};

/** Byte of each character of byte-level BPE: printable ones of Latin-1 as they are, others from U+0100 on. */
export const BYTES: ReadonlyMap<string, number> = new Map(
  (() => {
    const isPlain = (byte: number): boolean =>
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad && byte <= 0xff);
    let other = 0x100;
    return Array.from({ length: 256 }, (_, byte): [string, number] => [
      String.fromCharCode(isPlain(byte) ? byte : other++),
      byte,
    ]);
  })(),
);

/** Bytes that a token stands for; a token with any other character stands for its own text. */
function bytesOf(token: string): readonly number[] {
  const bytes = Array.from(token, (character) => BYTES.get(character));
  return bytes.some((byte) => byte === undefined)
    ? [...new TextEncoder().encode(token)]
    : bytes.filter((byte) => byte !== undefined);
}

function utf8(bytes: readonly number[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

/** Joins tokens <0x..>; bytes that are no text become a replacement character each. */
function byteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) texts.push(strictUtf8(bytes) ?? "\ufffd".repeat(bytes.length));
    bytes = [];
  };
  for (const token of tokens) {
    const [, hex] = /^<0x([0-9A-Fa-f]{2})>$/.exec(token) ?? [];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      flush();
      texts.push(token);
    }
  }
  flush();
  return texts;
}

function strictUtf8(bytes: readonly number[]): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

/** Removes up to `start` and `stop` characters at the ends. */
function stripped(token: string, { fields }: Component): string {
  const { content, start = 0, stop = 0 } = fields;
  const characters = Array.from(token);
  let [first, last] = [0, characters.length];
  while (first < Math.min(Number(start), last) && at(characters, first) === content) first++;
  while (characters.length - last < Number(stop) && last > first && at(characters, last - 1) === content)
    last--;
  return characters.slice(first, last).join("");
}

function metaspace(component: Component): Decoder {
  checkKeys(component, METASPACE);
  const { replacement = "▁", prepend_scheme: scheme = "always" } = component.fields;
  // All replacements in the first token, as the Rust library does.
  return (tokens) =>
    tokens.map((token, i) => token.split(String(replacement)).join(i === 0 && scheme !== "never" ? "" : " "));
}

/** Spaces that clean-up removes. */
const CLEANUP: readonly [string, string][] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function wordPiece(component: Component): Decoder {
  checkKeys(component, { prefix: "string", cleanup: "boolean" });
  const { prefix = "##", cleanup = true } = component.fields;
  const clean = (token: string): string =>
    CLEANUP.reduce((text, [before, after]) => text.replaceAll(before, after), token);
  return (tokens) =>
    tokens.map((token, i) => {
      const isRest = token.startsWith(String(prefix));
      const joined = i === 0 ? token : isRest ? token.slice(String(prefix).length) : ` ${token}`;
      return cleanup === true ? clean(joined) : joined;
    });
}
