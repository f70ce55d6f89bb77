/** Decodes the text of a data set file. UTF-8 and UTF-16 are read; any other encoding is refused by name. */
import { DatasetError } from "../datasetError.ts";

/** Maximum size in bytes of a file that is parsed as a whole: a JSON document, CSV or TSV. */
export const MAX_WHOLE_BYTES = 256 * 2 ** 20;

/** Returns the text of a file, without byte order mark. Throws `DatasetError` if its encoding is unknown. */
export function decodeText(file: string, bytes: Uint8Array): string {
  const utf16 = utf16Of(bytes);
  try {
    return new TextDecoder(utf16 ?? "utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw notUnicode(file, bytes);
  }
}

/** Returns the byte order of UTF-16 text, by its mark or its zero bytes; null for other encodings. */
export function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const [first = 0, second = 0] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== 0 && second === 0 && bytes.length % 2 === 0 && bytes[3] === 0) return "utf-16le";
  if (first === 0 && second !== 0 && bytes.length % 2 === 0 && bytes[2] === 0) return "utf-16be";
  return null;
}

/** The error of text that is not Unicode. */
export function notUnicode(file: string, bytes: Uint8Array): DatasetError {
  const what = bytes.includes(0)
    ? "the file is not text"
    : `the file is not UTF-8 but probably ${encodingOf(bytes)}`;
  return new DatasetError(file, what, "Save it as UTF-8 (in Excel: CSV UTF-8) and open it again.");
}

/** Common characters of Chinese and Japanese text: what decodes to them was probably encoded so. */
const CJK = /[\u3040-\u30ff\u4e00-\u9fff\uff00-\uffef]/g;

function encodingOf(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 2 ** 16);
  const ascii = sample.filter((byte) => byte < 0x80).length;
  const share = (encoding: string): number => {
    const text = new TextDecoder(encoding).decode(sample);
    const foreign = Array.from(text).length - ascii;
    return foreign <= 0 || text.includes("\ufffd") ? 0 : (text.match(CJK)?.length ?? 0) / foreign;
  };
  const asian = [
    { name: "GB18030", score: share("gb18030") },
    { name: "Shift_JIS", score: share("shift_jis") },
  ].sort((a, b) => b.score - a.score)[0];
  return asian !== undefined && asian.score > 0.8 ? asian.name : "Windows-1252 (Latin-1)";
}
