import { useEffect, useState } from "react";
import { filesOf } from "./droppedFiles.ts";
import { useIsLocked, usePage } from "./page.tsx";

/** Accepts files and folders dropped anywhere on the page, and shows a hint while they are dragged over it. */
export function DropZone() {
  const { lab } = usePage();
  const isLocked = useIsLocked();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const listen = (type: "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void): void =>
      window.addEventListener(type, act, { signal: stop.signal });
    listen("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault(); // otherwise the browser navigates to the file
      setOver(true);
    });
    listen("dragleave", (event) => {
      if (event.relatedTarget === null) setOver(false); // left the window
    });
    listen("drop", (event) => {
      const transfer = event.dataTransfer;
      setOver(false);
      if (transfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      void filesOf(transfer).then(lab.openFiles, lab.reportUnreadable);
    });
    return () => stop.abort();
  }, [lab]);
  if (!isOver) return null;
  return (
    <div className="dropzone">
      <p className="dropzone__text">
        {isLocked
          ? "A run is in progress. Stop it to open another file."
          : "Drop a data set (JSON or JSONL), a run configuration, or a model (folder, zip or GGUF)."}
      </p>
    </div>
  );
}
