import { useState } from "react";
import { Icon } from "./Icon.tsx";
import { applyTheme, rememberedTheme, THEMES } from "./theme.ts";

/** Goes round the themes: system, light, dark. */
export function ThemeButton() {
  const [theme, setTheme] = useState(rememberedTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const change = (): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" className="button button--plain" onClick={change} title={`Change to ${next} theme`}>
      <Icon name="theme" />
      <span className="unseen">Theme: </span>
      <span className="runbar__tool-text">{theme}</span>
    </button>
  );
}
