/** Light or dark: the system's choice, or the user's, remembered by the browser. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** The remembered choice. A browser that forbids storage follows the system. */
export function rememberedTheme(): Theme {
  const remembered = readStorage(KEY);
  return THEMES.find((theme) => theme === remembered) ?? "system";
}

/** Shows and remembers a theme. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is forbidden: the theme holds until the page is left.
  }
}

function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
