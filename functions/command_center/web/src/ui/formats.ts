/** Numbers, durations, money and shares, written the same way everywhere. */
import { once } from "./once.ts";

/** By hand, because a browser takes long to make its first number format, and the first load would wait for it. */
const grouped = (number: number, digits = 0): string => {
  const [whole = "", rest] = number.toFixed(digits).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
};

const short = once(() => new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }));
const shorter = once(() => new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 0 }));

/** 1,234 up to 99,999, then 123k. */
export const formatCount = (count: number): string => {
  if (Math.abs(count) < 100_000) return grouped(count);
  const make = Math.abs(count) < 1_000_000 ? shorter : short;
  return make().format(count).replace("K", "k");
};

/** A count that was only made up to `most`: "10,000+". */
export const formatCapped = (count: number, most = 10_000): string => (count >= most ? `${grouped(most)}+` : grouped(count));

export const plural = (count: number, one: string, many = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : many}`;

/** 850 ms, 12 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export const formatDuration = (milliseconds: number): string => {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return pair(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  return minutes < 1_440 ? pair(minutes, 60, "h", "min") : pair(Math.round(minutes / 60), 24, "d", "h");
};

const pair = (amount: number, base: number, large: string, small: string): string => {
  const rest = amount % base;
  return `${Math.floor(amount / base)} ${large}${rest ? ` ${rest} ${small}` : ""}`;
};

/** To the cent below 10, else whole dollars. */
export const formatMoney = (dollars: number): string => {
  const digits = Math.abs(dollars) < 10 ? 2 : 0;
  return `${dollars < 0 ? "-" : ""}$${grouped(Math.abs(dollars), digits)}`;
};

/** A share from 0 to 1 in percent, with one decimal below 10 %; null: nothing was counted. */
export const formatShare = (share: number | null): string => {
  if (share === null) return "–";
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? Number(percent.toFixed(1)) : grouped(percent)} %`;
};

export const formatBytes = (bytes: number): string =>
  bytes < 1_000 ? `${bytes} B` : bytes < 1_000_000 ? `${grouped(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Words that are written in their own way. */
const SPELLED: Record<string, string> = {
  icp: "ICP",
  llm: "LLM",
  openai: "OpenAI",
  sendgrid: "SendGrid",
  twilio: "Twilio",
  sms: "SMS",
  smtp: "SMTP",
  dns: "DNS",
};

/** Missions of type `lead_reactivation` are called "Lead reactivation". */
export const formatName = (code: string): string => {
  const words = code
    .toLowerCase()
    .split(/[_ ]/)
    .map((word) => SPELLED[word] ?? word)
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A sentence in which codes are called as `formatName` calls them. */
export const inWords = (sentence: string): string => sentence.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, formatName);

/** An id is known by its ends. */
export const shortenId = (id: string): string => (id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : id);
