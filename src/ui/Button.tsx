import type { ComponentProps } from "react";
import { Icon, type IconName } from "./Icon.tsx";

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: "primary" | "plain" | "small" | "plain small";
  readonly icon?: IconName;
  /** The accessible name of a button that shows only its icon. */
  readonly hiddenName?: string;
}

export function Button({ look, icon, hiddenName, className = "", children, ...attributes }: ButtonProps) {
  const looks = look?.split(" ").map((name) => `button--${name}`) ?? [];
  return (
    <button type="button" {...attributes} className={["button", ...looks, className].join(" ").trim()}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
      {hiddenName !== undefined && <span className="unseen">{hiddenName}</span>}
    </button>
  );
}
