/** What is searched for, as one line of text and as the address keeps it; pure. */
import { MISSION_STATES, MISSION_TYPES, type MissionFilter } from "../../services/missions.ts";

export interface Search {
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly campaign?: string | undefined;
  readonly domain?: string | undefined;
  readonly since?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
  /** The name of the person's own view that this began with. */
  readonly view?: string | undefined;
}

export const NAMES = ["state", "type", "campaign", "domain", "since"] as const;
const STATES = new Set<string>(MISSION_STATES);
const TYPES = new Set<string>(MISSION_TYPES);
const RUNNING = "ASSIGNED,EXECUTING,COLLECTING,ANALYZING,OPTIMIZING";

/** "state:failed,escalated type:lead_reactivation ann@x.example"; a word that is no filter is what is looked for. */
export const parseSearch = (text: string): Search => {
  const found: Record<(typeof NAMES)[number], string | undefined> = {
    state: undefined,
    type: undefined,
    campaign: undefined,
    domain: undefined,
    since: undefined,
  };
  const words: string[] = [];
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const [, name, value] = /^(state|type|campaign|domain|since):(.+)$/i.exec(word) ?? [];
    const key = name?.toLowerCase();
    if (key === "state" && value) {
      const states = value
        .toUpperCase()
        .split(",")
        .filter((state) => STATES.has(state));
      if (value.toLowerCase() === "running") found.state = RUNNING;
      else if (states.length) found.state = states.join();
      else words.push(word);
    } else if (key === "type" && value && TYPES.has(value.toLowerCase())) found.type = value.toLowerCase();
    else if (key === "campaign" && value) found.campaign = value;
    else if (key === "domain" && value) found.domain = value.toLowerCase();
    else if (key === "since" && value && /^(today|\d{4}-\d{2}-\d{2})$/.test(value)) found.since = value;
    else words.push(word);
  }
  return { ...found, q: words.join(" ") || undefined };
};

export const writeSearch = ({ state, type, campaign, domain, since, q }: Search): string =>
  [
    state && `state:${state === RUNNING ? "running" : state.toLowerCase()}`,
    type && `type:${type}`,
    campaign && `campaign:${campaign}`,
    domain && `domain:${domain}`,
    since && `since:${since}`,
    q,
  ]
    .filter(Boolean)
    .join(" ");

const sinceWhen = (since: string, now: Date): string =>
  (since === "today" ? new Date(now.getFullYear(), now.getMonth(), now.getDate()) : new Date(`${since}T00:00:00`)).toISOString();

/** As the route takes it. */
export const filterOf = ({ state, type, campaign, domain, since, q, sort }: Search, now: Date): MissionFilter => ({
  state,
  type,
  campaign_id: campaign,
  domain,
  created_from: since && sinceWhen(since, now),
  q,
  sort,
});

/** What the last word of a text may become: names of filters, then their values. */
export const suggest = (text: string): string[] => {
  const [, before = "", last = ""] = /^(.*\s)?(\S*)$/s.exec(text) ?? [];
  const values: Record<string, readonly string[]> = {
    state: ["running", ...MISSION_STATES.map((state) => state.toLowerCase())],
    type: MISSION_TYPES,
    since: ["today"],
  };
  const [, name, value = ""] = /^(\w+):(.*)$/.exec(last) ?? [];
  const found = name
    ? (values[name] ?? []).filter((each) => each.startsWith(value) && each !== value).map((each) => `${name}:${each}`)
    : NAMES.map((each) => `${each}:`).filter((each) => each.startsWith(last));
  return found.map((each) => before + each);
};

/** Built-in views: names and what they show. */
export const VIEWS: readonly { readonly name: string; readonly search: Search }[] = [
  { name: "All", search: {} },
  { name: "Running", search: { state: RUNNING } },
  { name: "Failed", search: { state: "FAILED,ESCALATED" } },
  { name: "Today", search: { since: "today" } },
];
