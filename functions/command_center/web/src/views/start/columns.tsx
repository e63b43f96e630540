/** What each column of the file is read as, and by hand as something else. */
import { useState } from "react";
import type { LeadsImported } from "../../services/leads.ts";
import { Select } from "../../ui/field.tsx";
import { formatName } from "../../ui/formats.ts";

export type Column = LeadsImported["columns"][number];
type Held = Column["field"];

const HELD = [
  "email",
  "phone",
  "whatsapp",
  "first_name",
  "last_name",
  "name",
  "company",
  "title",
  "country",
  "time_zone",
  "language",
  "last_contact_at",
  "notes",
  "opted_out",
  "consent_basis",
  "consent_source",
  "consent_at",
  "external_id",
] as const satisfies readonly Held[];

const NAMES: Partial<Record<(typeof HELD)[number], string>> = {
  phone: "Phone, for SMS",
  whatsapp: "WhatsApp",
  name: "Whole name",
  last_contact_at: "Last contact",
  consent_at: "Consent since",
  external_id: "Id in your own system",
};

/** Whether a column holds an address or a number. */
export const haveAddress = (columns: readonly Column[]): boolean =>
  columns.some(({ field }) => field === "email" || field === "phone" || field === "whatsapp");

interface ColumnsProps {
  readonly columns: readonly Column[];
  readonly onChange: (name: string, field: Held) => void;
}

export const Columns = ({ columns, onChange }: ColumnsProps) => {
  // It stays open while a person says what the columns hold.
  const [open] = useState(!haveAddress(columns));
  return (
    <details open={open}>
      <summary className="text-13 font-medium">
        Columns: {columns.filter(({ field }) => field !== null).length} of {columns.length} recognised
      </summary>
      <p className="mt-1 text-12 text-faint">What REX read wrongly can be said here; what it does not know is kept beside the lead.</p>
      <ul className="mt-2 grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {columns.map(({ name, field }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name
          <li key={at} className="min-w-0">
            <Select
              label={name || `Column ${at + 1}, without a name`}
              disabled={!name}
              value={field ?? ""}
              onChange={(event) => onChange(name, (event.target.value || null) as Held)}
            >
              <option value="">Kept beside the lead</option>
              {HELD.map((each) => (
                <option key={each} value={each}>
                  {NAMES[each] ?? formatName(each)}
                </option>
              ))}
            </Select>
          </li>
        ))}
      </ul>
    </details>
  );
};
