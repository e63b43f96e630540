/** The command palette: the views, what can be done at once, and what a text finds in the account. */
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Globe, Search, User } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { nameOf } from "../services/leads.ts";
import { Dialog } from "../ui/dialog.tsx";
import { formatName, shortenId } from "../ui/formats.ts";
import { StateIcon } from "../ui/state.tsx";
import { Failed } from "../ui/states.tsx";
import { matches } from "./matches.ts";
import { DESTINATIONS } from "./navigation.ts";
import { useSingleKeys } from "./single_keys.ts";
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
  readonly disabled?: boolean;
}

const GROUP =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-faint";

interface GroupProps {
  readonly heading: string;
  readonly empty: boolean;
  readonly children: ReactNode;
}

const Group = ({ heading, empty, children }: GroupProps) =>
  empty ? null : (
    <Command.Group heading={heading} className={GROUP}>
      {children}
    </Command.Group>
  );

const Item = ({ value, icon, children, aside, onSelect, disabled = false }: ItemProps) => (
  <Command.Item
    value={value}
    onSelect={onSelect}
    disabled={disabled}
    className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-3 text-14 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent aria-disabled:cursor-not-allowed aria-disabled:text-faint pointer-coarse:min-h-11"
  >
    <span className="grid w-4 shrink-0 place-items-center">{icon}</span>
    <span className="min-w-0 flex-1 truncate">{children}</span>
    {aside && <span className="shrink-0 text-12 text-faint">{aside}</span>}
  </Command.Item>
);

interface FoundProps {
  readonly text: string;
  readonly done: (go: () => unknown) => () => void;
}

const FoundItems = ({ text, done }: FoundProps) => {
  const navigate = useNavigate();
  const { missions, leads, domains, busy, error } = useFound(text);
  const many = missions.length + leads.length + domains.length;
  return (
    <>
      {error !== null && <Failed error={error} />}
      <Group heading="Found" empty={many === 0}>
        {missions.map(({ id, type, state }) => (
          <Item
            key={id}
            value={`mission ${id}`}
            icon={<StateIcon state={state} />}
            aside={`Mission ${shortenId(id)}`}
            onSelect={done(() => navigate({ to: "/feed/$missionId", params: { missionId: id } }))}
          >
            {formatName(type)}
          </Item>
        ))}
        {leads.map((lead) => (
          <Item
            key={lead.id}
            value={`lead ${lead.id}`}
            icon={<User aria-hidden size={16} />}
            aside={lead.company ?? "Lead"}
            onSelect={done(() => navigate({ to: "/leads/$leadId", params: { leadId: lead.id } }))}
          >
            {nameOf(lead)}
          </Item>
        ))}
        {domains.map(({ id, domain }) => (
          <Item
            key={id}
            value={`domain ${id}`}
            icon={<Globe aria-hidden size={16} />}
            aside="Domain"
            onSelect={done(() => navigate({ to: "/domains", search: { domain: id } }))}
          >
            {domain}
          </Item>
        ))}
      </Group>
      <Command.Empty className="px-3 py-6 text-13 text-soft">
        {busy ? "Looking…" : "Nothing was found. Type a mission's id, a lead's name, whole address or phone number, or a domain."}
      </Command.Empty>
    </>
  );
};

const Palette = ({ onClose, onKeys }: PaletteProps) => {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const deeds = useDeeds(onKeys).filter(({ name }) => matches(name, text));
  const views = DESTINATIONS.filter(({ label }) => matches(label, text));
  const input = useRef<HTMLInputElement>(null);
  const single = useSingleKeys();
  useEffect(() => input.current?.focus(), []);
  const done = (go: () => unknown) => (): void => {
    onClose();
    void go();
  };
  return (
    <Dialog title="Find or do anything" bare onClose={onClose}>
      <Command label="Find or do anything" loop shouldFilter={false}>
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search aria-hidden size={16} className="shrink-0 text-faint" />
          <Command.Input
            ref={input}
            value={text}
            onValueChange={setText}
            placeholder="View, action, mission, lead, domain"
            className="h-12 min-w-0 flex-1 bg-transparent text-16 outline-none"
          />
        </div>
        <Command.List className="max-h-[60dvh] overflow-y-auto p-2">
          <Group heading="Views" empty={views.length === 0}>
            {views.map(({ to, label, icon: Icon, letter }) => (
              <Item
                key={to}
                value={label}
                icon={<Icon aria-hidden size={16} />}
                aside={single && `g ${letter}`}
                onSelect={done(() => navigate({ to }))}
              >
                {label}
              </Item>
            ))}
          </Group>
          <Group heading="Actions" empty={deeds.length === 0}>
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
          <FoundItems text={text} done={done} />
        </Command.List>
      </Command>
    </Dialog>
  );
};

export default Palette;
