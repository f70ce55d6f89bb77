import { useStore } from "zustand";
import { bytesText } from "../../math/bytes.ts";
import { memoryObstacle, type MemoryPlan } from "../../store/memory.ts";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";

/** Beyond this share of what there is, other tabs may be what is too much. */
const NEARLY_ALL = 0.85;

/** What memory a run of the set-up takes: a line, which unfolds into its parts. */
export function MemoryPart() {
  const { lab } = usePage();
  const plan = useStore(lab.memory);
  if (plan === null) return null;
  const { total, limit, parts, buffer } = plan;
  const of =
    limit === null ? " of the GPU's, whose size the browser does not tell" : ` of ${bytesText(limit)}`;
  return (
    <details className="config memory" data-testid="memory">
      <summary className="config__summary">
        <Icon name="chevron" />
        <span>
          Memory: about {bytesText(total)}
          {of}
        </span>
      </summary>
      <table className="memory__table small">
        <tbody>
          {parts.map(({ name, bytes, meaning }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="memory__bytes">{bytesText(bytes)}</td>
              <td className="soft">{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {buffer !== null && (
        <p className="soft small">
          The largest buffer, {buffer.label}, takes {bytesText(buffer.bytes)}; this GPU allows{" "}
          {bytesText(buffer.limit)}.
        </p>
      )}
    </details>
  );
}

/** What is to be said of a plan even while it is folded. */
export function MemoryWarning() {
  const { lab } = usePage();
  const plan = useStore(lab.memory);
  const text = plan === null ? null : (memoryObstacle(plan) ?? warningOf(plan));
  return (
    <p className={memoryObstacle(plan) === null ? "small soft" : "small problem"} aria-live="polite">
      {text}
    </p>
  );
}

function warningOf({ total, limit, cuts, path }: MemoryPlan): string | null {
  const cut = cuts.length === 0 ? [] : [`To fit, it runs with ${cuts.join(", ")}: slower, and no worse.`];
  const isClose = limit !== null && total > NEARLY_ALL * limit;
  const close = isClose ? [`That is nearly all ${path} has: a shorter longest response takes less.`] : [];
  return [...close, ...cut].join(" ") || null;
}
