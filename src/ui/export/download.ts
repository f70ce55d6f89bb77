/** Saves text or a file in the downloads folder. */
export function download(fileName: string, content: string | Blob, type = ""): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser reads the blob after the click; a minute is enough even for large weights.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
