import type { ComponentProps, ReactNode } from "react";

export interface SelectProps extends Omit<ComponentProps<"select">, "onChange"> {
  /** Pairs of a value and its text. */
  readonly options: readonly (readonly [value: string | number, text: ReactNode])[];
  readonly choose: (value: string) => void;
}

export function Select({ options, choose, className = "", ...attributes }: SelectProps) {
  return (
    <select
      {...attributes}
      className={`field ${className}`.trim()}
      onChange={(event) => choose(event.target.value)}
    >
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
