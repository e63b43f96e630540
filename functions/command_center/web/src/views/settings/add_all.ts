/** Suppressions of any number, in the parts that the API takes. */
import { addSuppressions, type Channel } from "../../services/suppressions.ts";
import { inChunks } from "../../ui/chunks.ts";

/** Addresses that one request takes. */
const MOST = 1_000;

export interface ToSuppress {
  readonly emails: readonly string[];
  readonly numbers: readonly string[];
  /** For which the numbers are suppressed. */
  readonly channels: readonly Channel[];
}

export interface Suppressed {
  readonly added: number;
  readonly cancelled: number;
  /** What was no address of its channel, each once. */
  readonly rejected: readonly string[];
}

const partsOf = ({ emails, numbers, channels }: ToSuppress): readonly { channel: Channel; addresses: readonly string[] }[] => [
  ...inChunks(emails, MOST).map((addresses) => ({ channel: "email" as const, addresses })),
  ...channels.flatMap((channel) => inChunks(numbers, MOST).map((addresses) => ({ channel, addresses }))),
];

/** One part after the other; what was sent already is kept when a later one fails, and the same again does no harm. */
export const addAll = async (given: ToSuppress, key: string): Promise<Suppressed> => {
  let sum: Suppressed = { added: 0, cancelled: 0, rejected: [] };
  for (const [at, { channel, addresses }] of partsOf(given).entries()) {
    const { added, cancelled, rejected } = await addSuppressions(channel, addresses, `${key}-${at}`);
    sum = {
      added: sum.added + added,
      cancelled: sum.cancelled + cancelled,
      rejected: [...new Set([...sum.rejected, ...rejected.map(({ index }) => addresses[index] ?? "")])],
    };
  }
  return sum;
};
