import type { Mission } from "../../services/missions.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { MessageView } from "../shared/message.tsx";
import { PartList } from "./part_list.tsx";
import { useOpenIn } from "./use_open_in.ts";
import { usePart } from "./use_part.ts";

export const MissionMessages = ({ mission }: { readonly mission: Mission }) => {
  const messages = usePart(mission.id, "messages");
  const { opened, open } = useOpenIn("messages");
  return (
    <PartList of={messages} empty="No messages yet">
      {messages.items.map((message) => (
        <li key={message.id}>
          <button
            type="button"
            onClick={() => open(message.id)}
            className="flex w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-left text-13 hover:bg-sunken"
          >
            <span className="sm:w-28">
              <StateBadge state={message.state} />
            </span>
            <span className="min-w-0 flex-1 truncate">{message.subject ?? "Not written yet"}</span>
            {message.reason && <span className="text-soft">{formatName(message.reason)}</span>}
            <span className="text-faint">step {message.step}</span>
            {(message.handed_over_at ?? message.due_at) && <Time at={message.handed_over_at ?? message.due_at ?? ""} />}
          </button>
        </li>
      ))}
      {opened && (
        <Dialog title="Message" wide onClose={() => open(undefined)}>
          <MessageView id={opened} />
        </Dialog>
      )}
    </PartList>
  );
};
