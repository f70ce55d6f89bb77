/** Paths of the icons on a 16 x 16 grid. Icons always accompany a visible or hidden label. */
const PATHS = {
  play: "M4.5 2.7v10.6L13 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  step: "M3 3v10l7-5zM11 3h2v10h-2z",
  stop: "M3.5 3.5h9v9h-9z",
  download: "M7.2 1.5h1.6v7l2.3-2.3 1.1 1.1L8 11.5 3.8 7.3l1.1-1.1 2.3 2.3zM2.5 13h11v1.5h-11z",
  file: "M4 1.5h5.2L12.5 5v9.5h-9v-13zM8.8 3v2.6h2.4z",
  folder: "M1.5 3h4.7l1.5 1.8h6.8v8.7h-13zM3 6.3V12h10V6.3z",
  chevron: "M5.4 3 10.4 8l-5 5-1.2-1.2L8 8 4.2 4.2z",
  left: "M10.6 3 5.6 8l5 5 1.2-1.2L8 8l3.8-3.8z",
  reset: "M8 3a5 5 0 1 1-4.9 6h1.7A3.4 3.4 0 1 0 5.7 5.6L7.4 7.3H2.6V2.5l1.9 1.9A5 5 0 0 1 8 3z",
  table: "M1.5 2.5h13v11h-13zM3 6.2v2.2h4.2V6.2zm5.7 0v2.2H13V6.2zM3 9.9V12h4.2V9.9zm5.7 0V12H13V9.9z",
  info: "M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zm0 1.4a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6zM7.2 7h1.6v4.6H7.2zM8 4.3a.95.95 0 1 1 0 1.9.95.95 0 0 1 0-1.9z",
  flask:
    "M5.5 1.5h5v1.4h-.8v3.3l3.6 6.2c.6 1-.1 2.1-1.2 2.1H3.9c-1.1 0-1.8-1.1-1.2-2.1l3.6-6.2V2.9h-.8zM7.7 2.9v3.7L6.3 9h3.4L8.3 6.6V2.9z",
  keyboard:
    "M1 3.5h14v9H1zm1.4 1.4v6.2h11.2V4.9zM4 6.2h1.4v1.4H4zm2.6 0H8v1.4H6.6zm2.6 0h1.4v1.4H9.2zM4.6 8.8h6.8v1.4H4.6z",
  theme: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1.5v10a5 5 0 0 0 0-10z",
  link: "M6.5 9.5 9.5 6.5M7 4.8l1.6-1.6a2.9 2.9 0 0 1 4.2 4.2L11.2 9M9 11.2l-1.6 1.6a2.9 2.9 0 0 1-4.2-4.2L4.8 7",
  close: "M3.9 2.8 8 6.9l4.1-4.1 1.1 1.1L9.1 8l4.1 4.1-1.1 1.1L8 9.1l-4.1 4.1-1.1-1.1L6.9 8 2.8 3.9z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={`icon icon--${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fillRule="evenodd" />
    </svg>
  );
}
