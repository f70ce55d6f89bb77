import { useState } from "react";
import { at } from "../math/at.ts";
import { Icon } from "./Icon.tsx";
import { applyTheme, storedTheme, THEMES } from "./theme.ts";

/** Cycles through the themes. */
export function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = at(THEMES, (THEMES.indexOf(theme) + 1) % THEMES.length);
  const change = (): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button
      type="button"
      className="button button--plain"
      onClick={change}
      title={`Switch to the ${next} theme`}
    >
      <Icon name="theme" />
      <span className="unseen">Theme: </span>
      <span className="runbar__tool-text">{theme}</span>
    </button>
  );
}
