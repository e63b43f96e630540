/** Tells whoever holds a form that something in it was changed: forms do it by themselves, other controls call it. */
import { createContext, useContext } from "react";

export const Touched = createContext<() => void>(() => undefined);

export const useTouch = (): (() => void) => useContext(Touched);
