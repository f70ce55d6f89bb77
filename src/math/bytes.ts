const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** Bytes in words, with two digits, a GB being 2^30 as in sizes of memory: 1288490189 -> "1.2 GB". */
export function bytesText(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  const digits = value < 9.95 && unit > 0 ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${UNITS[unit] ?? ""}`;
}
