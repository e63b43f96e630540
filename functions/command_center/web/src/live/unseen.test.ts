import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { forgetUnseen } from "./unseen.ts";

const key = ["domains"];

/** One query, read once and then no more by itself, and what makes a message come. */
const world = async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const read = vi.fn(async () => "read");
  let tell = (): void => undefined;
  forgetUnseen(client, (hear) => {
    tell = hear;
    return () => undefined;
  });
  const look = () => new QueryObserver(client, { queryKey: key, queryFn: read }).subscribe(() => undefined);
  const away = look();
  await vi.waitFor(() => expect(client.getQueryData(key)).toBe("read"));
  return { read, look, away, tell: () => tell() };
};

test("what changed while nobody looked is read when somebody looks again", async () => {
  const { read, look, away, tell } = await world();
  away();
  look();
  expect(read).toHaveBeenCalledOnce();
  tell();
  look()();
  expect(read).toHaveBeenCalledOnce();
});

test.each(["while it was looked at", "after that"])("a message that came %s is not missed by who comes back", async (when) => {
  const { read, look, away, tell } = await world();
  if (when === "after that") away();
  tell();
  if (when !== "after that") away();
  look();
  expect(read).toHaveBeenCalledTimes(2);
});
