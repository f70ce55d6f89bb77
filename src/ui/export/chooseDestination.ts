/** Lets the user choose where a large file is saved, so that it is streamed to disk. */
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
