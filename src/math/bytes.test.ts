import { expect, it } from "vitest";
import { bytesText, fileSize } from "./bytes.ts";

it.each([
  [512, "512 bytes"],
  [1536, "1.5 KB"],
  [2 ** 32, "4 GB"],
  [1_288_490_189, "1.2 GB"],
  [15 * 2 ** 30, "15 GB"],
])("%i bytes of memory are %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

it.each([
  [999, "1.00 kB"],
  [24_200, "24 kB"],
  [864_000, "0.86 MB"],
  [9_940_000, "9.9 MB"],
  [269_000_000, "269 MB"],
  [1_300_000_000, "1.3 GB"],
])("a file of %i bytes has %s", (bytes, text) => expect(fileSize(bytes)).toBe(text));
