import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Address } from "../../services/leads.ts";
import { addSuppressions, suppressionsQuery } from "../../services/suppressions.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatName, plural } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";

const Row = ({ address, onChange }: { readonly address: Address; readonly onChange: () => unknown }) => {
  const client = useQueryClient();
  const may = useMay("operate");
  const [asking, setAsking] = useState(false);
  const { data: suppressions, isPending } = useQuery(suppressionsQuery(address.address));
  const found = suppressions?.items.find(({ address_hash: hash }) => hash === address.address_hash);
  const suppress = useAction({
    run: (_: null, key) => addSuppressions(address.channel, [address.address], key),
    done: ({ cancelled }) => `Suppressed; ${plural(cancelled, "message")} cancelled.`,
    after: async () => {
      await client.invalidateQueries({ queryKey: ["suppressions"] });
      return onChange();
    },
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-medium break-all">{address.address}</p>
        <p className="text-soft">
          {formatName(address.channel)} · {formatName(address.consent_basis)}, from {address.consent_source}
          {address.consent_at && (
            <>
              , <Time at={address.consent_at} />
            </>
          )}
        </p>
      </div>
      {found ? (
        <StateBadge state="suppressed" label={`Suppressed: ${formatName(found.reason).toLowerCase()}`} />
      ) : (
        may &&
        !isPending && (
          <Button small look="danger" busy={suppress.busy} onClick={() => setAsking(true)}>
            Suppress
          </Button>
        )
      )}
      {asking && (
        <Confirm
          title={`Suppress ${address.address}?`}
          action="Suppress"
          onClose={() => setAsking(false)}
          onConfirm={() => suppress.start(null)}
        >
          Nothing is sent to this person any more, on any of their addresses, and what is unsent is cancelled for good.
        </Confirm>
      )}
    </li>
  );
};

export const Addresses = ({ addresses, onChange }: { readonly addresses: readonly Address[]; readonly onChange: () => unknown }) => (
  <Panel title="Addresses and consent" flush>
    {addresses.length === 0 && <p className="px-4 pb-3 text-13 text-soft">No address is known: nothing can be written to this lead.</p>}
    <ul className="divide-y divide-line">
      {addresses.map((address) => (
        <Row key={address.id} address={address} onChange={onChange} />
      ))}
    </ul>
  </Panel>
);
