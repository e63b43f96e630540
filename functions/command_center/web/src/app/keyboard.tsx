/** Everything by keyboard: hears the shortcuts, and opens the palette and the list of keys, which are loaded when they are first wanted. */
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { shortcuts } from "./shortcuts.ts";
import { readSingleKeys } from "./single_keys.ts";

const loadPalette = () => import("./palette.tsx");
const Palette = lazy(loadPalette);
const Keys = lazy(() => import("./keys.tsx"));

const FIELDS = "input, textarea, select, [contenteditable=true]";
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
export const COMMAND_K = isMac ? "⌘K" : "Ctrl K";

const useKeys = (open: (what: "palette" | "keys") => void): void => {
  const navigate = useNavigate();
  useEffect(() => {
    const read = shortcuts();
    const hear = (event: KeyboardEvent): void => {
      if (event.repeat || document.querySelector("dialog[open]")) return;
      const typing = event.target instanceof Element && event.target.closest(FIELDS) !== null;
      const command = event.ctrlKey || event.metaKey;
      const wish = read({ key: event.key, command, alt: event.altKey, typing, single: readSingleKeys(), at: event.timeStamp });
      if (!wish) return;
      event.preventDefault();
      if ("open" in wish) open(wish.open);
      else void navigate({ to: wish.to });
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [navigate, open]);
};

export const Keyboard = () => {
  const [opened, setOpened] = useState<"palette" | "keys" | null>(null);
  const close = (): void => setOpened(null);
  useKeys(setOpened);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onPointerEnter={() => void loadPalette()}
        onClick={() => setOpened("palette")}
        className="mr-auto flex h-8 min-w-8 items-center gap-2 rounded-md border border-line bg-panel px-2 text-13 text-faint hover:border-edge hover:text-ink sm:w-56"
      >
        <Search aria-hidden size={14} className="shrink-0" />
        <span className="flex-1 text-left max-sm:sr-only">Find or do anything</span>
        <kbd className="font-sans text-12 max-sm:hidden">{COMMAND_K}</kbd>
      </button>
      <Suspense>
        {opened === "palette" && <Palette onClose={close} onKeys={() => setOpened("keys")} />}
        {opened === "keys" && <Keys onClose={close} />}
      </Suspense>
    </>
  );
};
