/** A value as a tree that folds, which can be copied. */
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button.tsx";
import { isExact } from "./exact.ts";

const OPEN_TO = 2;

const Leaf = ({ value }: { readonly value: unknown }) => (
  <span className={typeof value === "string" ? "break-all text-completed" : "text-active"}>{JSON.stringify(value) ?? "–"}</span>
);

const Node = ({ name, value, depth }: { readonly name: string | null; readonly value: unknown; readonly depth: number }) => {
  const label = name !== null && <span className="text-soft">{name}: </span>;
  if (typeof value !== "object" || value === null || isExact(value))
    return (
      <div className="pl-4">
        {label}
        <Leaf value={value} />
      </div>
    );
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < OPEN_TO} className="pl-4">
      <summary className="-ml-3 rounded-sm pl-0.5">
        {label}
        <span className="text-faint">{size}</span>
      </summary>
      {entries.map(([key, each]) => (
        <Node key={key} name={key} value={each} depth={depth + 1} />
      ))}
    </details>
  );
};

export const Json = ({ value }: { readonly value: unknown }) => {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <div className="flex flex-col gap-1">
      <Button
        small
        look="quiet"
        className="self-end"
        icon={copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
        onClick={copy}
      >
        {copied ? "Copied" : "Copy as JSON"}
      </Button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label="JSON" tabIndex={0} className="max-h-100 overflow-auto rounded-md bg-sunken py-2 pr-3 font-mono text-12">
        <Node name={null} value={value} depth={0} />
      </section>
    </div>
  );
};
