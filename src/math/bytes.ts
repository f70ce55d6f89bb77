/** Byte counts as text. */
import { at } from "./at.ts";

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** Formats a memory size with binary units (1 GB = 2^30 bytes): 1288490189 -> "1.2 GB". */
export function bytesText(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  const digits = value < 9.95 && unit > 0 ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${at(UNITS, unit)}`;
}

/** Formats a file size with decimal units (1 MB = 10^6 bytes): 864000 -> "0.86 MB". */
export function fileSize(bytes: number): string {
  const [size, unit] =
    bytes < 1e5 ? [bytes / 1e3, "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  const digits = size < 1 ? 2 : size < 10 ? 1 : 0;
  return `${size.toFixed(digits)} ${unit}`;
}
