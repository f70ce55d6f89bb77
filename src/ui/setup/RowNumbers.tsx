import { useState } from "react";
import { ROW_NUMBERS, rowNumberOf, type RowNumber } from "../../store/setup/settings.ts";
import { changeOptions } from "../../store/setup/userFiles.ts";
import { usePage, useSettings } from "../page.tsx";

const LABELS: Readonly<Record<RowNumber, { readonly label: string; readonly none: string }>> = {
  limit: { label: "Limit", none: "all rows" },
  offset: { label: "Offset", none: "0" },
  shuffleSeed: { label: "Shuffle seed", none: "in order" },
};

/** Fields for the rows that are read. */
export function RowNumbers({ isLocked }: { readonly isLocked: boolean }) {
  return (
    <div className="mapping__numbers">
      {ROW_NUMBERS.map((name) => (
        <NumberField key={name} name={name} isLocked={isLocked} />
      ))}
    </div>
  );
}

interface NumberFieldProps {
  readonly name: RowNumber;
  readonly isLocked: boolean;
}

/** A field that takes effect when it is left or Enter is pressed; empty takes the number away. */
function NumberField({ name, isLocked }: NumberFieldProps) {
  const { lab } = usePage();
  const value = useSettings(({ datasetOptions }) => datasetOptions[name]);
  const [edited, setEdited] = useState<string | null>(null);
  const text = edited ?? String(value ?? "");
  const entered = text.trim() === "" ? undefined : rowNumberOf(name, text);
  const apply = (): void => {
    if (entered === null) return;
    setEdited(null);
    if (entered !== value) void changeOptions(lab, { [name]: entered });
  };
  return (
    <label>
      {LABELS[name].label}
      <input
        className="field"
        type="text"
        inputMode="numeric"
        autoComplete="off"
        value={text}
        placeholder={LABELS[name].none}
        disabled={isLocked}
        aria-invalid={entered === null}
        onChange={(event) => setEdited(event.target.value)}
        onBlur={apply}
        onKeyDown={({ key }) => key === "Enter" && apply()}
      />
      {entered === null && (
        <span className="small problem" role="alert">
          {name === "limit" ? "A whole number from 1." : "A whole number from 0."}
        </span>
      )}
    </label>
  );
}
