import { type RefObject, useLayoutEffect, useState } from "react";

/** How far down the page a list begins, which what stands above it changes. */
export const useScrollMargin = (place: RefObject<HTMLElement | null>): number => {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const own = place.current;
    if (!own) return;
    const measure = (): void => setMargin(own.getBoundingClientRect().top + window.scrollY);
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(document.body);
    return () => watching.disconnect();
  }, [place]);
  return margin;
};
