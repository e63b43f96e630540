/** The keys the page knows, by what they do. */
import { Dialog } from "../ui/dialog.tsx";
import { COMMAND_K } from "./keyboard.tsx";
import { DESTINATIONS } from "./navigation.ts";
import { useSingleKeys } from "./single_keys.ts";
import { SingleKeysField } from "./single_keys_field.tsx";

const Key = ({ children }: { readonly children: string }) => (
  <kbd className="rounded-sm border border-line bg-sunken px-1.5 py-0.5 font-mono text-12">{children}</kbd>
);

const Line = ({ keys, does }: { readonly keys: readonly string[]; readonly does: string }) => (
  <div className="flex items-center justify-between gap-4 py-1.5">
    <dt>{does}</dt>
    <dd className="flex gap-1">
      {keys.map((key) => (
        <Key key={key}>{key}</Key>
      ))}
    </dd>
  </div>
);

const Keys = ({ onClose }: { readonly onClose: () => void }) => {
  const single = useSingleKeys();
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="text-14">
        <Line keys={[COMMAND_K]} does="Find or do anything" />
        <Line keys={["Esc"]} does="Close what is open" />
        {single && (
          <>
            <Line keys={["?"]} does="Show these shortcuts" />
            {DESTINATIONS.map(({ letter, label }) => (
              <Line key={letter} keys={["g", letter]} does={`Go to ${label.toLowerCase()}`} />
            ))}
          </>
        )}
      </dl>
      <div className="mt-4 border-t border-line pt-4">
        <SingleKeysField />
      </div>
    </Dialog>
  );
};

export default Keys;
