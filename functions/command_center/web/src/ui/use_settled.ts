import { useEffect, useState } from "react";

const CALM = 250;

/** The value as it was when it last stayed the same for a quarter of a second: what follows typing need not follow every letter. */
export const useSettled = <Value>(value: Value): Value => {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), CALM);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as Value;
};
