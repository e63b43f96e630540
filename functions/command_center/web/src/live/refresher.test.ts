import { expect, test } from "vitest";
import { refresher } from "./refresher.ts";

/** A read whose answers the test gives, and a clock it moves. */
const world = () => {
  const asked: (readonly string[] | null)[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const timers: { milliseconds: number; then: () => void }[] = [];
  const under = refresher({
    read: (ids) => {
      asked.push(ids && [...ids]);
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      return answer.promise;
    },
    after: (milliseconds, then) => {
      const timer = { milliseconds, then };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const answer = async (fails = false) => {
    const next = answers.shift();
    if (fails) next?.reject(new Error("no answer"));
    else next?.resolve();
    await settle();
  };
  const pass = () => timers.shift()?.then();
  return { asked, timers, under, answer, pass };
};

test("the first change is read at once, those during a read together after it", async () => {
  const { under, asked, answer, pass } = world();
  under.mark(["a"]);
  under.mark(["b"]);
  under.mark(["b", "c"]);
  expect(asked).toEqual([["a"]]);
  await answer();
  expect(asked).toHaveLength(1);
  pass();
  expect(asked).toEqual([["a"], ["b", "c"]]);
});

test("what may be anything swallows the ids", async () => {
  const { under, asked, answer, pass } = world();
  under.mark(["a"]);
  under.mark(["b"]);
  under.mark(null);
  await answer();
  pass();
  expect(asked).toEqual([["a"], null]);
});

test("a failed read is tried again with what came meanwhile, after a pause", async () => {
  const { under, asked, timers, answer, pass } = world();
  under.mark(["a"]);
  under.mark(["b"]);
  await answer(true);
  expect(timers[0]?.milliseconds).toBe(2_000);
  pass();
  expect(asked).toEqual([["a"], ["b", "a"]]);
});

test("after the end nothing is read", async () => {
  const { under, asked, answer, pass } = world();
  under.mark(["a"]);
  under.stop();
  under.mark(["b"]);
  await answer();
  pass();
  expect(asked).toEqual([["a"]]);
});
