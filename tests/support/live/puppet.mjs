// supabase-js as a puppet.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { follow } from "../../../functions/command_center/web/src/live/follow.ts";

const { createClient } = createRequire(`${process.env.REX_ROOT}/local/supabase/package.json`)("@supabase/supabase-js");
const clients = new Map();
const tokens = new Map();
const channels = new Map();
const followers = [];

const tell = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const now = () => (performance.timeOrigin + performance.now()) / 1000;
const answered = ({ data, error }) => {
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return data;
};
const channelOf = (client, topic, isPrivate, broadcast) => {
  const channel = clients.get(client).channel(topic, { config: { private: isPrivate, broadcast } });
  channels.set(`${client} ${topic}`, channel);
  return channel;
};

/** What the helper hands to one application, as a digest of all it saw in the order in which it came. */
const followAccount = ({ client, account, channels: names }) => {
  const one = { account, seen: {}, digests: {}, wrong: [], came: Promise.withResolvers() };
  for (const name of names) [one.seen[name], one.digests[name]] = [0, createHash("sha256")];
  const came = () => {
    one.came.resolve();
    one.came = Promise.withResolvers();
  };
  const supabase = clients.get(client);
  follow({
    realtime: supabase,
    account,
    after: Object.fromEntries(names.map((name) => [name, 0])),
    read: async (p_account, p_after) => answered(await supabase.rpc("rex_read_messages", { p_account, p_after })),
    onMessages: (name, messages) => {
      for (const message of messages) one.digests[name].update(`${message.user_id}:${message.seq}:${message.id}\n`);
      one.seen[name] += messages.length;
      came();
    },
    onAfresh: (name) => {
      one.wrong.push(`told to start ${name} afresh`);
      came();
    },
  });
  followers.push(one);
};

const actions = {
  open: async ({ client, url, key, token, vsn }) => {
    tokens.set(client, token);
    const options = { realtime: { vsn }, auth: { autoRefreshToken: false, persistSession: false } };
    if (token) options.accessToken = async () => tokens.get(client);
    clients.set(client, createClient(url, key, options));
    if (token) await clients.get(client).realtime.setAuth();
  },
  sign_up: async ({ client, email, password }) => ({ id: answered(await clients.get(client).auth.signUp({ email, password })).user.id }),
  sign_in: async ({ client, email, password }) => {
    const { user } = answered(await clients.get(client).auth.signInWithPassword({ email, password }));
    await clients.get(client).realtime.setAuth();
    return { id: user.id };
  },
  select: async ({ client, table, columns }) => answered(await clients.get(client).from(table).select(columns)),
  rpc: async ({ client, name, arguments: given }) => answered(await clients.get(client).rpc(name, given)),
  set_auth: async ({ client, token }) => {
    tokens.set(client, token);
    await clients.get(client).realtime.setAuth();
  },
  join: ({ client, do: _, topic, private: isPrivate, ...broadcast }) =>
    new Promise((resolve) =>
      channelOf(client, topic, isPrivate, { ack: false, self: false, ...broadcast })
        .on("broadcast", { event: "*" }, (said) => tell({ client, event: "broadcast", topic, at: now(), said }))
        .subscribe((state, error) => {
          resolve(state);
          tell({ client, event: "state", topic, state, error: error?.message ?? "" });
        }),
    ),
  leave: ({ client, topic }) => clients.get(client).removeChannel(channels.get(`${client} ${topic}`)),
  send: ({ client, topic, event, payload }) => channels.get(`${client} ${topic}`).send({ type: "broadcast", event, payload }),
  post: async ({ client, topic, private: isPrivate, event, payload }) => channelOf(client, topic, isPrivate, {}).httpSend(event, payload),
  follow: async (asked) => followAccount(asked),
  finish: async ({ targets, seconds }) => {
    let late = false;
    setTimeout(() => {
      late = true;
      for (const one of followers) one.came.resolve();
    }, seconds * 1000);
    for (const one of followers)
      while (!late && Object.entries(targets[one.account]).some(([name, target]) => one.seen[name] < target)) await one.came.promise;
    return followers.map(({ account, seen, digests, wrong }) => ({
      account, seen, wrong, digests: Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, digest.digest("hex")])),
    }));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    tell({ ok: (await actions[asked.do](asked)) ?? null });
  } catch (error) {
    tell({ error: String(error) });
  }
}
process.exit(0);
