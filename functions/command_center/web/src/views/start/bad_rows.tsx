import type { Schemas } from "../../types/api.ts";
import { plural } from "../../ui/formats.ts";

const SHOWN = 100;

/** The rows that are left out: where, and why. */
export const BadRows = ({ rows }: { readonly rows: readonly Schemas["BadRow"][] }) =>
  rows.length > 0 && (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label="Rows that are left out" tabIndex={0} className="max-h-60 overflow-auto rounded-md border border-line">
      <table className="w-full text-left text-13">
        <thead className="text-12 text-faint">
          <tr>
            <th className="px-3 py-2 font-medium">Line</th>
            <th className="px-3 py-2 font-medium">Column</th>
            <th className="px-3 py-2 font-medium">Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={`${row.line} ${row.column} ${row.code}`} className="border-t border-line align-top">
              <td className="px-3 py-1.5 tabular-nums">{row.line}</td>
              <td className="px-3 py-1.5 break-words">{row.column ?? "–"}</td>
              <td className="px-3 py-1.5 break-words">{row.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && <p className="px-3 py-2 text-13 text-soft">And {plural(rows.length - SHOWN, "more row")}.</p>}
    </section>
  );
