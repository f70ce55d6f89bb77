import type { Preview } from "../../store/setup/dataset.ts";
import { valueAt, valueText } from "../../store/setup/userFiles.ts";

/** The first rows of the user's files as a table. */
export function FirstRows({ columns, firstRows }: Preview) {
  return (
    <div
      className="mapping__scroll"
      role="region"
      aria-label="First rows"
      tabIndex={0}
      data-testid="first-rows"
    >
      <table className="mapping__rows small">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {firstRows.map((row, i) => (
            <tr key={i}>
              {columns.map((column) => (
                <td key={column}>
                  <span className="mapping__value">{valueText(valueAt(row, column))}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
