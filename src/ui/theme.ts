/** The colour theme, stored by the browser. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** Returns the stored theme, or the system theme if storage is unavailable. */
export function storedTheme(): Theme {
  const stored = readStorage(KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
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

function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
