/** One line to search in, which can be copied and shared; what it was understood as stands below it as chips. */
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Field } from "../../ui/field.tsx";
import { formatName } from "../../ui/formats.ts";
import { parseSearch, type Search, writeSearch } from "./search.ts";

const CHIPS = ["state", "type", "campaign", "since"] as const;
const CALM = 250;

interface SearchFieldProps {
  readonly search: Search;
  readonly onGo: (search: Search) => void;
}

export const SearchField = ({ search, onGo }: SearchFieldProps) => {
  const written = writeSearch(search);
  const [text, setText] = useState(written);
  const latest = useRef(onGo);
  useEffect(() => {
    latest.current = onGo;
  });
  useEffect(() => setText(written), [written]);
  useEffect(() => {
    if (text === written) return;
    const timer = setTimeout(() => {
      if (writeSearch(parseSearch(text)) !== written) latest.current(parseSearch(text));
    }, CALM);
    return () => clearTimeout(timer);
  }, [text, written]);
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Search"
        type="search"
        value={text}
        placeholder="state:failed type:lead_reactivation an id or a lead's address"
        onChange={(event) => setText(event.target.value)}
        spellCheck={false}
      />
      <ul aria-label="Filters" className="flex flex-wrap gap-1.5 empty:hidden">
        {CHIPS.filter((name) => search[name]).map((name) => (
          <li key={name}>
            <button
              type="button"
              title="Remove this filter"
              onClick={() => onGo({ ...search, [name]: undefined })}
              className="inline-flex min-h-6 items-center gap-1 rounded-sm bg-accent-wash px-2 text-12 text-accent"
            >
              {formatName(name)}: {search[name]?.split(",").map(formatName).join(", ")}
              <X aria-hidden size={12} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
};
