import { Checkbox } from "../ui/field.tsx";
import { chooseSingleKeys, useSingleKeys } from "./single_keys.ts";

export const SingleKeysField = () => (
  <Checkbox
    label="Shortcuts of single keys"
    hint="Kept in this browser. Off for speech input, or where letters are pressed by mistake; all else works by keyboard as before."
    checked={useSingleKeys()}
    onChange={(event) => chooseSingleKeys(event.target.checked)}
  />
);
