/** The colour theme, stored by the browser. */
import { useState } from "react";
import { at } from "../math/at.ts";
import { Button } from "./Button.tsx";

const THEMES = ["system", "light", "dark"] as const;

type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** Returns the stored theme, or the system theme if storage is unavailable. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
}

/** Applies and stores a theme. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the theme lasts until the page is closed.
  }
}

/** Cycles through the themes. */
export function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = at(THEMES, (THEMES.indexOf(theme) + 1) % THEMES.length);
  const change = (): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <Button look="plain" icon="theme" onClick={change} title={`Switch to the ${next} theme`}>
      <span className="unseen">Theme: </span>
      <span className="runbar__tool-text">{theme}</span>
    </Button>
  );
}
