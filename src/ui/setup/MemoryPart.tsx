import { useStore } from "zustand";
import { bytesText } from "../../math/bytes.ts";
import { memoryObstacle, type MemoryPlan } from "../../store/setup/memory.ts";
import { Fold } from "../Fold.tsx";
import { usePage } from "../page.tsx";

/** Fraction of the memory limit above which a warning is shown. */
const WARNING_LEVEL = 0.85;

/** The memory plan of the setup, with a warning if it is close to or above the limit. */
export function MemoryPart() {
  const { lab } = usePage();
  const plan = useStore(lab.memory);
  return (
    <div className="setup__part stack">
      {plan !== null && <MemoryParts plan={plan} />}
      <p className={memoryObstacle(plan) === null ? "small soft" : "small problem"} aria-live="polite">
        {plan === null ? null : (memoryObstacle(plan) ?? warningOf(plan))}
      </p>
    </div>
  );
}

/** The total, which expands into its parts. */
function MemoryParts({ plan }: { readonly plan: MemoryPlan }) {
  const { total, limit, parts, buffer } = plan;
  const of = limit === null ? " of GPU memory (size unknown)" : ` of ${bytesText(limit)}`;
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
          The largest buffer, {buffer.label}, takes {bytesText(buffer.bytes)}; this GPU allows up to{" "}
          {bytesText(buffer.limit)}.
        </p>
      )}
    </Fold>
  );
}

function warningOf({ total, limit, reductions, path }: MemoryPlan): string | null {
  const reduced = `To fit, the run uses ${reductions.join(", ")}. This is slower but does not affect results.`;
  const isClose = limit !== null && total > WARNING_LEVEL * limit;
  const close = `This is close to the limit of ${path}. Shorter responses need less memory.`;
  return [...(isClose ? [close] : []), ...(reductions.length > 0 ? [reduced] : [])].join(" ") || null;
}
