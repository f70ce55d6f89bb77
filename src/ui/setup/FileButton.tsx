import { useRef } from "react";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";

/** Opens a file without dragging: a data set, a run's configuration, or a model. */
export function FileButton({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const input = useRef<HTMLInputElement>(null);
  const take = (chosen: HTMLInputElement): void => {
    const file = chosen.files?.[0];
    if (file !== undefined) void lab.take(file);
    chosen.value = ""; // so that the same file can be chosen again
  };
  return (
    <div className="setup__file">
      <button
        type="button"
        className="button"
        disabled={isLocked}
        aria-describedby="file-about"
        onClick={() => input.current?.click()}
      >
        <Icon name="file" />
        Open your own…
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".json,.jsonl,.ndjson,.txt,.gguf,.zip,application/json"
        data-testid="file-input"
        onChange={(event) => take(event.currentTarget)}
      />
      <p id="file-about" className="soft small">
        or drop a file anywhere: JSON or JSONL with <code>prompt</code> and, if known, <code>answer</code>; a
        model as GGUF or as a zip of its Hugging Face folder. It stays in this tab.
      </p>
    </div>
  );
}
