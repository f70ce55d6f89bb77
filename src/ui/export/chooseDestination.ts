/** Lets the user say where a large file is to go, so that it is written there while it is made. */
import type { Destination } from "../../store/run/runStore.ts";

/** Smaller files are downloads like any other. */
const LARGE_BYTES = 64e6;

/** What Chromium's browsers have, and the types of the DOM not yet. */
interface WithSavePicker {
  showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Must be called while the user's click still counts. */
export async function chooseDestination(fileName: string, bytes: number): Promise<Destination> {
  const { showSaveFilePicker } = window as WithSavePicker;
  if (bytes < LARGE_BYTES || showSaveFilePicker === undefined) return "downloads";
  try {
    return await showSaveFilePicker.call(window, { suggestedName: fileName });
  } catch (error) {
    // A page within another page may not ask.
    return error instanceof DOMException && error.name === "AbortError" ? "cancelled" : "downloads";
  }
}
