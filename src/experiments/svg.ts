/** A small writer of SVG: text with attributes escaped, colours that hold on light and on dark pages. */

type Attributes = Readonly<Record<string, string | number>>;

/** One element; children are elements already written. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(format(value))}"`);
  const start = `<${name}${written.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** A text; `anchor` is what of it lies at x. */
export function text(
  x: number,
  y: number,
  content: string,
  anchor: "start" | "middle" | "end" = "start",
  kind: "ink" | "quiet" | "title" = "ink",
): string {
  return element("text", { class: `x-${kind}`, x, y, "text-anchor": anchor }, escape(content));
}

/** A straight line of a kind: "grid", "axis", "whisker", "mark". */
export function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return element("line", { class: `x-${kind}`, x1, y1, x2, y2 });
}

/** Colours of series: apart from each other for most eyes, and from white as from near-black. */
const COLOURS = [
  "#3d85c6",
  "#e08a2e",
  "#2f9e77",
  "#a06cd5",
  "#d1495b",
  "#1fa2b0",
  "#9c8f2a",
  "#c565a5",
  "#7a8794",
  "#6aa121",
] as const;

/** The colour of a series, and the dashes of its line once colours repeat. */
export function seriesStyle(index: number): { readonly colour: string; readonly dashes: string } {
  const round = Math.floor(index / COLOURS.length);
  return {
    colour: COLOURS[index % COLOURS.length] ?? COLOURS[0],
    dashes: round === 0 ? "none" : `${round * 3} 2`,
  };
}

const STYLE = `
.x{font:12px system-ui,sans-serif}
.x-ink{fill:#24292f}.x-quiet{fill:#59636e}.x-title{fill:#24292f;font-weight:600}
.x-grid{stroke:#59636e;stroke-opacity:.25}.x-axis{stroke:#59636e}
.x-whisker{stroke:#24292f;stroke-width:1.2}.x-mark{stroke:#24292f;stroke-width:2;stroke-dasharray:3 2}
@media (prefers-color-scheme:dark){
.x-ink,.x-title{fill:#e6edf3}.x-quiet{fill:#9aa5b1}
.x-grid,.x-axis{stroke:#9aa5b1}.x-whisker,.x-mark{stroke:#e6edf3}}
`;

/** A whole figure; `description` is read out in its place. */
export function figure(width: number, height: number, description: string, parts: readonly string[]): string {
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "x",
    viewBox: `0 0 ${format(width)} ${format(height)}`,
    width,
    height,
    role: "img",
    "aria-label": description,
  };
  return `${element("svg", root, element("title", {}, escape(description)), element("style", {}, STYLE), ...parts)}\n`;
}

/** Entries in rows of at most `width`; and how high they are. `draw` gives the sign of an entry, 20 wide, around (x, y). */
export function legend(
  labels: readonly string[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  draw: (index: number, x: number, y: number) => string,
): { readonly parts: readonly string[]; readonly height: number } {
  let [left, top] = [x, y];
  const parts = labels.flatMap((label, i) => {
    const wide = 30 + textWidth(label);
    if (left > x && left + wide > x + width) [left, top] = [x, top + 18];
    const entry = [draw(i, left, top), text(left + 26, top + 4, label)];
    left += wide + 14;
    return entry;
  });
  return { parts, height: top - y + 18 };
}

/** About how wide a text is. */
export function textWidth(content: string): number {
  return content.length * 6.4;
}

function format(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
