import { useRef } from "react";
import { Icon } from "../Icon.tsx";
import { pickedFiles } from "../droppedFiles.ts";
import { usePage } from "../page.tsx";

/** Opens files without dragging: a data set, a run's configuration, a model or its folder. */
export function FileButton({ isLocked }: { readonly isLocked: boolean }) {
  return (
    <div className="setup__file">
      <div className="setup__buttons">
        <Opener isLocked={isLocked} title="Open your own…" />
        <Opener isLocked={isLocked} title="Open a folder…" isFolder />
      </div>
      <p id="file-about" className="soft small">
        or drop it anywhere: a data set as JSON or JSONL with <code>prompt</code> and, if known,{" "}
        <code>answer</code>; a model as its Hugging Face folder, a zip of it, or GGUF. It stays in this tab.
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
    chosen.value = ""; // so that the same file can be chosen again
  };
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={isLocked}
        aria-describedby="file-about"
        onClick={() => input.current?.click()}
      >
        <Icon name={isFolder ? "folder" : "file"} />
        {title}
      </button>
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

const ACCEPTED = ".json,.jsonl,.ndjson,.txt,.gguf,.safetensors,.jinja,.zip,application/json";
