/** Single-key shortcuts. */
import type { StoreApi } from "zustand/vanilla";
import type { Lab } from "../store/lab.ts";
import type { View } from "./page.tsx";

interface Shortcut {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** The key as the list of shortcuts shows it. */
  readonly name: string;
  readonly does: string;
}

export const SHORTCUTS = [
  { key: " ", name: "Space", does: "Start, pause or resume the run" },
  { key: "s", name: "S", does: "Run one step while paused" },
  { key: "[", name: "[", does: "Show the votes of the previous step" },
  { key: "]", name: "]", does: "Show the votes of the next step" },
  { key: "?", name: "?", does: "Show this list" },
] as const satisfies readonly Shortcut[];

type ShortcutKey = (typeof SHORTCUTS)[number]["key"];

/** Returns the shortcut of a key press, or null if the focused element handles the key itself. */
export function shortcutOf(event: KeyboardEvent): ShortcutKey | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const shortcut = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
  if (shortcut === undefined || !(event.target instanceof Element)) return null;
  if (event.target.closest("input, select, textarea, dialog") !== null) return null;
  const isSpaceTaken = event.target.closest("button, summary, a") !== null;
  return shortcut.key === " " && isSpaceTaken ? null : shortcut.key;
}

/** Performs a shortcut. */
export function doShortcut(key: ShortcutKey, lab: Lab, view: StoreApi<View>): void {
  switch (key) {
    case " ":
      startOrPause(lab);
      return;
    case "s":
      lab.run.request("step");
      return;
    case "[":
      view.setState(({ votesStep }) => ({ votesStep: adjacentStep(lab, votesStep, -1) }));
      return;
    case "]":
      view.setState(({ votesStep }) => ({ votesStep: adjacentStep(lab, votesStep, 1) }));
      return;
    case "?":
      view.setState({ dialog: { kind: "shortcuts" } });
      return;
    default:
      key satisfies never;
  }
}

function startOrPause(lab: Lab): void {
  const { status } = lab.run.getState();
  if (status === "running") lab.run.request("pause");
  else if (status === "paused") lab.run.request("resume");
  else if (status === "idle") lab.start();
}

/** Returns the step before or after the shown one among those kept; null means the latest. */
function adjacentStep(lab: Lab, shown: number | null, offset: -1 | 1): number | null {
  const state = lab.pacedRun.getState();
  const steps = state.status === "idle" ? [] : state.record.votes.map(({ step }) => step);
  const index = shown !== null && steps.includes(shown) ? steps.indexOf(shown) : steps.length - 1;
  return steps[Math.max(0, index + offset)] ?? null;
}
