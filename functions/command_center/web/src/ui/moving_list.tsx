/** A list whose entries glide to their new places when others come or go, so that the eye does not lose the one it reads. */
import { animate } from "motion/mini";
import { type ComponentProps, useLayoutEffect, useRef } from "react";

const SECONDS = 0.16;
const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Its entries need keys that stay theirs. */
export const MovingList = (given: ComponentProps<"ul">) => {
  const list = useRef<HTMLUListElement>(null);
  const places = useRef(new Map<HTMLElement, number>());
  useLayoutEffect(() => {
    const entries = [...(list.current?.children ?? [])].filter((entry) => entry instanceof HTMLElement);
    const before = places.current;
    places.current = new Map(entries.map((entry) => [entry, entry.offsetTop]));
    if (isStill()) return;
    for (const [entry, top] of places.current) {
      const from = (before.get(entry) ?? top) - top;
      if (from !== 0) animate(entry, { transform: [`translateY(${from}px)`, "none"] }, { duration: SECONDS, ease: "easeOut" });
    }
  });
  return <ul {...given} ref={list} />;
};
