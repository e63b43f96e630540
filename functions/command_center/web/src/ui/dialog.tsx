/** A dialog of the browser's own: it keeps the focus inside, gives it back, closes on Escape, and needs no style of a script's. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";
import { classes } from "./classes.ts";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The buttons at its end. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  /** Beside the right edge, over the full height: for what belongs to a row of the page behind it. */
  readonly side?: boolean;
  /** Near the top and without a head, for what grows as one types: the title is only told to those who do not see it, and Escape or a click beside it closes it. */
  readonly bare?: boolean;
}

const MIDDLE = "m-auto w-[calc(100vw-24px)] max-h-[calc(100dvh-24px)] rounded-lg border rise";
const TOP = "mx-auto mt-[12dvh] mb-auto w-[calc(100vw-24px)] max-h-[calc(88dvh-24px)] rounded-lg border rise";
const SIDE = "ml-auto mr-0 my-0 h-dvh max-h-dvh w-full border-l appear";

/** Rendered while it is open; whoever renders it closes it. */
export const Dialog = ({ title, onClose, children, actions, wide, side, bare }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const own = dialog.current;
    if (own && !own.open) own.showModal();
    return () => {
      own?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      {...(bare ? { "aria-label": title } : { "aria-labelledby": id })}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A browser closes a dialog at the second Escape whatever is said at the first, and what was typed in it would be out of reach.
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
      className={classes(
        "border-line bg-panel p-0 text-left text-14 text-ink",
        side ? SIDE : bare ? TOP : MIDDLE,
        wide ? "max-w-240" : "max-w-130",
      )}
    >
      <div className="flex max-h-[inherit] min-h-[inherit] flex-col">
        {!bare && (
          <div className="flex items-center justify-between gap-4 border-b border-line py-3 pr-3 pl-5">
            <h2 id={id} className="min-w-0 truncate text-16">
              {title}
            </h2>
            <IconButton label="Close" icon={<X aria-hidden size={16} />} onClick={onClose} />
          </div>
        )}
        <div className={classes("min-h-0 flex-1 overflow-y-auto", !bare && "px-5 py-4")}>{children}</div>
        {actions && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>}
      </div>
    </dialog>
  );
};
