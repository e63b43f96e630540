/** The command palette: the views, what can be done at once, and what a text finds in the account. */
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { nameOf } from "../services/leads.ts";
import { Dialog } from "../ui/dialog.tsx";
import { formatName, shortenId } from "../ui/formats.ts";
import { StateIcon } from "../ui/state.tsx";
import { Failed } from "../ui/states.tsx";
import { DESTINATIONS } from "./navigation.ts";
import { useDeeds } from "./use_deeds.ts";
import { useFound } from "./use_found.ts";

interface PaletteProps {
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

interface ItemProps {
  readonly value: string;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
  readonly onSelect: () => void;
  /** It was found by the text already, and is not to be matched with it again. */
  readonly found?: boolean;
  readonly disabled?: boolean;
}

const GROUP = "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12";
const QUIET_HEADING = "[&_[cmdk-group-heading]]:text-faint";

const Group = ({ heading, children }: { readonly heading: string; readonly children: ReactNode }) => (
  <Command.Group heading={heading} className={`${GROUP} ${QUIET_HEADING}`}>
    {children}
  </Command.Group>
);

const Item = ({ value, icon, children, aside, onSelect, found = false, disabled = false }: ItemProps) => (
  <Command.Item
    value={value}
    onSelect={onSelect}
    forceMount={found}
    disabled={disabled}
    className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-3 text-14 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent aria-disabled:cursor-not-allowed aria-disabled:text-faint pointer-coarse:min-h-11"
  >
    <span className="grid w-4 shrink-0 place-items-center">{icon}</span>
    <span className="min-w-0 flex-1 truncate">{children}</span>
    {aside && <span className="shrink-0 text-12 text-faint">{aside}</span>}
  </Command.Item>
);

const FoundItems = ({ text, done }: { readonly text: string; readonly done: (go: () => unknown) => () => void }) => {
  const navigate = useNavigate();
  const { missions, leads, domains, busy, error } = useFound(text);
  return (
    <>
      {error !== null && <Failed error={error} />}
      {missions.map(({ id, type, state }) => (
        <Item
          key={id}
          found
          value={`mission ${id}`}
          icon={<StateIcon state={state} />}
          aside={shortenId(id)}
          onSelect={done(() => navigate({ to: "/feed/$missionId", params: { missionId: id } }))}
        >
          {formatName(type)}
        </Item>
      ))}
      {leads.map((lead) => (
        <Item
          key={lead.id}
          found
          value={`lead ${lead.id}`}
          aside={lead.company ?? "Lead"}
          onSelect={done(() => navigate({ to: "/leads/$leadId", params: { leadId: lead.id } }))}
        >
          {nameOf(lead)}
        </Item>
      ))}
      {domains.map(({ id, domain }) => (
        <Item
          key={id}
          found
          value={`domain ${id}`}
          aside="Domain"
          onSelect={done(() => navigate({ to: "/domains", search: { domain: id } }))}
        >
          {domain}
        </Item>
      ))}
      <Command.Empty className="px-3 py-6 text-13 text-soft">
        {busy ? "Looking…" : "Nothing was found. Type a mission's id, a lead's name or whole address, or a domain."}
      </Command.Empty>
    </>
  );
};

const Palette = ({ onClose, onKeys }: PaletteProps) => {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const deeds = useDeeds(onKeys);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const done = (go: () => unknown) => (): void => {
    onClose();
    void go();
  };
  return (
    <Dialog title="Find or do anything" bare onClose={onClose}>
      <Command label="Find or do anything" loop>
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search aria-hidden size={16} className="shrink-0 text-faint" />
          <Command.Input
            ref={input}
            value={text}
            onValueChange={setText}
            placeholder="A view, an action, a mission's id, a lead, a domain"
            className="h-12 min-w-0 flex-1 bg-transparent text-16 outline-none"
          />
        </div>
        <Command.List className="max-h-[60dvh] overflow-y-auto p-2">
          <FoundItems text={text} done={done} />
          <Group heading="Views">
            {DESTINATIONS.map(({ to, label, icon: Icon, letter }) => (
              <Item
                key={to}
                value={label}
                icon={<Icon aria-hidden size={16} />}
                aside={`g ${letter}`}
                onSelect={done(() => navigate({ to }))}
              >
                {label}
              </Item>
            ))}
          </Group>
          <Group heading="Actions">
            {deeds.map(({ name, icon: Icon, run, refusal }) => (
              <Item
                key={name}
                value={name}
                icon={<Icon aria-hidden size={16} />}
                disabled={Boolean(refusal)}
                aside={refusal && "Not offered yet"}
                onSelect={done(run)}
              >
                {name}
              </Item>
            ))}
          </Group>
        </Command.List>
      </Command>
    </Dialog>
  );
};

export default Palette;
