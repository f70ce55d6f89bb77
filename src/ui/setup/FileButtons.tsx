import { useRef } from "react";
import { Button } from "../Button.tsx";
import { pickedFiles } from "../droppedFiles.ts";
import { usePage } from "../page.tsx";

/** Buttons to open a data set, a run configuration or a model. */
export function FileButtons({ isLocked }: { readonly isLocked: boolean }) {
  return (
    <div className="stack">
      <div className="cluster">
        <Opener isLocked={isLocked} title="Open files…" />
        <Opener isLocked={isLocked} title="Open folder…" isFolder />
      </div>
      <p id="file-about" className="soft small">
        or drop them on the page. Data sets: JSON, JSONL, CSV, TSV or Parquet, also as <code>.gz</code>, or a
        zip or folder of them. Models: a Hugging Face folder, a zip of one, or GGUF. Files are not uploaded.
      </p>
    </div>
  );
}

interface OpenerProps {
  readonly isLocked: boolean;
  readonly title: string;
  readonly isFolder?: boolean;
}

function Opener({ isLocked, title, isFolder = false }: OpenerProps) {
  const { lab } = usePage();
  const input = useRef<HTMLInputElement>(null);
  const take = (chosen: HTMLInputElement): void => {
    if (chosen.files !== null && chosen.files.length > 0) void lab.openFiles(pickedFiles(chosen.files));
    chosen.value = ""; // allows choosing the same file again
  };
  return (
    <>
      <Button
        icon={isFolder ? "folder" : "file"}
        disabled={isLocked}
        aria-describedby="file-about"
        onClick={() => input.current?.click()}
      >
        {title}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        {...(isFolder ? { webkitdirectory: "" } : { accept: ACCEPTED })}
        data-testid={isFolder ? "folder-input" : "file-input"}
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  );
}

const ACCEPTED =
  ".json,.jsonl,.ndjson,.txt,.csv,.tsv,.parquet,.gz,.gguf,.safetensors,.jinja,.zip,application/json";
