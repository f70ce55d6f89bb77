import { useStore } from "zustand";
import { bytesText } from "../../math/bytes.ts";
import { memoryObstacle, type MemoryPlan } from "../../store/setup/memory.ts";
import { Fold } from "../Fold.tsx";
import { usePage } from "../page.tsx";

/** Beyond this share of what there is, other tabs may be what is too much. */
const NEARLY_ALL = 0.85;

/** What memory a run of the set-up takes, and what is to be said of it even while it is folded. */
export function MemoryPart() {
  const { lab } = usePage();
  const plan = useStore(lab.memory);
  return (
    <div className="setup__part">
      {plan !== null && <MemoryParts plan={plan} />}
      <p className={memoryObstacle(plan) === null ? "small soft" : "small problem"} aria-live="polite">
        {plan === null ? null : (memoryObstacle(plan) ?? warningOf(plan))}
      </p>
    </div>
  );
}

/** A line, which unfolds into the parts. */
function MemoryParts({ plan }: { readonly plan: MemoryPlan }) {
  const { total, limit, parts, buffer } = plan;
  const of =
    limit === null ? " of the GPU's, whose size the browser does not tell" : ` of ${bytesText(limit)}`;
  return (
    <Fold title={`Memory: about ${bytesText(total)}${of}`} testId="memory">
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
    </Fold>
  );
}

function warningOf({ total, limit, reductions, path }: MemoryPlan): string | null {
  const cut =
    reductions.length === 0 ? [] : [`To fit, it runs with ${reductions.join(", ")}: slower, and no worse.`];
  const isClose = limit !== null && total > NEARLY_ALL * limit;
  const close = isClose ? [`That is nearly all ${path} has: a shorter longest response takes less.`] : [];
  return [...close, ...cut].join(" ") || null;
}
