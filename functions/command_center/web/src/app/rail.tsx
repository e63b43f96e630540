/** The way to the views: a rail beside them, icons alone where there is less room, a bar at the bottom on a phone. */
import { Link } from "@tanstack/react-router";
import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { classes } from "../ui/classes.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Mark } from "../ui/mark.tsx";
import { DESTINATIONS, type Destination } from "./navigation.ts";

const ITEM =
  "flex items-center rounded-md font-medium text-soft transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent";
const IN_BAR = 4;

export const Rail = () => (
  <nav aria-label="Views" className="sticky top-0 flex h-dvh w-14 shrink-0 flex-col gap-1 border-r border-line px-2 py-3 lg:w-52 lg:px-3">
    <Link
      to="/"
      aria-label="REX: overview"
      className="mb-3 flex h-8 items-center gap-2 rounded-md px-2 text-16 font-semibold tracking-tight"
    >
      <Mark />
      <span className="max-lg:hidden">REX</span>
    </Link>
    {DESTINATIONS.map(({ to, label, icon: Icon }) => (
      <Link
        key={to}
        to={to}
        title={label}
        activeOptions={{ exact: to === "/", includeSearch: false }}
        className={classes(ITEM, "h-9 gap-3 px-3 text-14 max-lg:justify-center max-lg:px-0")}
      >
        <Icon aria-hidden size={16} className="shrink-0" />
        <span className="max-lg:sr-only">{label}</span>
      </Link>
    ))}
  </nav>
);

const BarLink = ({ to, label, short = label, icon: Icon, onClick }: Destination & { readonly onClick?: () => void }) => (
  <Link
    to={to}
    onClick={onClick}
    activeOptions={{ exact: to === "/", includeSearch: false }}
    className={classes(ITEM, "min-h-12 flex-1 flex-col justify-center gap-0.5 text-12")}
  >
    <Icon aria-hidden size={18} />
    {short}
  </Link>
);

export const BottomBar = () => {
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <nav aria-label="Views" className="fixed inset-x-0 bottom-0 z-10 flex gap-1 border-t border-line bg-panel px-1 py-1">
      {DESTINATIONS.slice(0, IN_BAR).map((destination) => (
        <BarLink key={destination.to} {...destination} />
      ))}
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className={classes(ITEM, "min-h-12 flex-1 flex-col justify-center gap-0.5 text-12")}
      >
        <MoreHorizontal aria-hidden size={18} />
        More
      </button>
      {open && (
        <Dialog title="Views" onClose={close}>
          <div className="grid grid-cols-2 gap-2">
            {DESTINATIONS.slice(IN_BAR).map((destination) => (
              <BarLink key={destination.to} {...destination} onClick={close} />
            ))}
          </div>
        </Dialog>
      )}
    </nav>
  );
};
