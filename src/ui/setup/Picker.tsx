import type { ReactNode } from "react";
import { Select, type SelectProps } from "../Select.tsx";

interface PickerProps extends SelectProps {
  readonly id: string;
  readonly label: string;
  /** Describes the choice. */
  readonly description?: ReactNode;
}

/** A part of the setup that is chosen from a list. */
export function Picker({ id, label, description, children, ...select }: PickerProps) {
  return (
    <div className="setup__part stack">
      <label className="setup__label" htmlFor={id}>
        {label}
      </label>
      <Select id={id} aria-describedby={description === undefined ? undefined : `${id}-about`} {...select} />
      {description !== undefined && (
        <p id={`${id}-about`} className="soft small">
          {description}
        </p>
      )}
      {children}
    </div>
  );
}
