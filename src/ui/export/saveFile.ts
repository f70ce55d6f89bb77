/** Saves files: in the downloads folder, or where the user chooses, so that large ones are streamed to disk. */
import type { Destination } from "../../store/run/runStore.ts";

/** Bytes from which the user is asked; smaller files are ordinary downloads. */
const LARGE = 64e6;

/** Chromium only, and not in the DOM types yet. */
interface WithSavePicker {
  showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Asks the user where to save a file. Requires a user gesture. */
export async function chooseDestination(fileName: string, bytes: number): Promise<Destination> {
  const { showSaveFilePicker } = window as WithSavePicker;
  if (bytes < LARGE || showSaveFilePicker === undefined) return "downloads";
  try {
    return await showSaveFilePicker.call(window, { suggestedName: fileName });
  } catch (error) {
    // An embedded page may not ask.
    return error instanceof DOMException && error.name === "AbortError" ? "cancelled" : "downloads";
  }
}

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
