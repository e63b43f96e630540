import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { shortenId } from "./formats.ts";

/** An id by its ends; a click copies the whole. */
export const IdChip = ({ id }: { readonly id: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button
      type="button"
      title={`${id}: click to copy`}
      onClick={copy}
      className="group inline-flex h-6 items-center gap-1 rounded-sm px-1 font-mono text-12 text-soft hover:bg-sunken hover:text-ink"
    >
      <span className="sr-only">{copied ? "Copied" : "Copy"} </span>
      {shortenId(id)}
      {copied ? (
        <Check aria-hidden size={12} />
      ) : (
        <Copy
          aria-hidden
          size={12}
          className="opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 pointer-coarse:opacity-100"
        />
      )}
    </button>
  );
};
