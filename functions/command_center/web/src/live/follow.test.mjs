// Run by Node alone: `node --test follow.test.mjs`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "./follow.ts";
import { takeBroadcast, takePage } from "./sequences.ts";

const messages = (first, last) => Array.from({ length: last - first + 1 }, (_, n) => ({ seq: first + n }));
const hint = (first, last) => ({ first, last, messages: messages(first, last) });
const step = (last, more = {}) => ({ last, messages: [], behind: false, afresh: false, ...more });

test("a broadcast is taken when it continues, and read instead after a gap", () => {
  assert.deepEqual(takeBroadcast(4, hint(5, 6)), step(6, { messages: messages(5, 6) }));
  assert.deepEqual(takeBroadcast(5, hint(5, 6)), step(6, { messages: messages(6, 6) }));
  assert.deepEqual(takeBroadcast(6, hint(5, 6)), step(6));
  assert.deepEqual(takeBroadcast(3, hint(5, 6)), step(3, { behind: true }));
  assert.deepEqual(takeBroadcast(4, { first: 5, last: 6 }), step(4, { behind: true }));
});

test("a page says whether there is more, and whether to start afresh", () => {
  assert.deepEqual(takePage(4, { last: 9, messages: messages(5, 6) }), step(6, { messages: messages(5, 6), behind: true }));
  assert.deepEqual(takePage(null, { last: 9, messages: [] }), step(9));
  assert.deepEqual(takePage(4, { last: 9, messages: messages(7, 9) }), step(9, { afresh: true }));
  assert.deepEqual(takePage(4, { last: 9, messages: [] }), step(9, { afresh: true }));
  assert.deepEqual(takePage(9, { last: 4, messages: [] }), step(4, { afresh: true }));
});

/** A Realtime whose broadcasts the test sends, and a database that holds `total` messages. */
class World {
  total = 0;
  pruned = 0;
  reads = 0;
  failing = 0;
  refusing = null;
  throwing = 0;
  errors = [];
  topics = [];
  seen = [];
  afresh = [];
  #woken = Promise.withResolvers();

  channel = (name) => {
    const topic = {
      name,
      on: (_type, _filter, heard) => ((topic.heard = heard), topic),
      subscribe: (said) => ((topic.said = said), topic),
    };
    this.topics.push(topic);
    return topic;
  };
  removeChannel = async (topic) => void (topic.removed = true);
  read = async (_account, after) => {
    this.reads += 1;
    if (this.refusing) throw this.refusing;
    if (this.failing-- > 0) throw new Error("no answer");
    const from = Math.max(after.missions ?? this.total, this.pruned) + 1;
    return { missions: { last: this.total, messages: messages(from, Math.min(this.total, from + 2)) } };
  };
  send = (first, last, bare = false) => {
    this.total = Math.max(this.total, last);
    this.topics.at(-1).heard({ payload: bare ? { first, last } : hint(first, last) });
  };
  follow = (after) =>
    follow({
      realtime: this,
      account: "a",
      after: { missions: after },
      read: this.read,
      onMessages: (_channel, some) => this.#tell(() => this.#take(some)),
      onAfresh: (_channel, last) => this.#tell(() => this.afresh.push(last)),
      onError: (error, ended) => this.#tell(() => this.errors.push([error, ended])),
    });
  until = async (reached) => {
    while (!reached()) await this.#woken.promise;
  };
  #take = (some) => {
    if (this.throwing-- > 0) throw new Error("not now");
    this.seen.push(...some.map((message) => message.seq));
  };
  #tell = (what) => {
    what();
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  };
}

test("what is lost is read, in order and once, also while a read is under way", async () => {
  const world = new World();
  world.total = 4;
  const follower = world.follow(0);
  world.send(5, 6);
  world.send(7, 7);
  await world.until(() => world.seen.length === 7);
  world.send(9, 9);
  await world.until(() => world.seen.length === 9);
  world.send(10, 12, true);
  world.send(10, 12);
  await world.until(() => world.seen.length === 12);
  assert.deepEqual(
    world.seen,
    messages(1, 12).map((message) => message.seq),
  );
  assert.deepEqual(follower.positions(), { missions: 12 });
  await follower.leave();
  assert.ok(world.topics[0].removed);
});

test("a join reads what came while nobody listened, and a failed read is tried again", async () => {
  const world = new World();
  const follower = world.follow(0);
  world.failing = 1;
  world.total = 2;
  world.topics[0].said("SUBSCRIBED");
  await world.until(() => world.seen.length === 2);
  assert.deepEqual(world.seen, [1, 2]);
  await follower.leave();
});

test("who fell behind pruning is told to start afresh, and goes on from there", async () => {
  const world = new World();
  world.total = 9;
  world.pruned = 6;
  const follower = world.follow(4);
  await world.until(() => world.afresh.length === 1);
  world.send(10, 10);
  await world.until(() => world.seen.length === 1);
  assert.deepEqual([world.afresh, world.seen], [[9], [10]]);
  await follower.leave();
});

test("what the application did not take comes again, and nothing is lost", async () => {
  const world = new World();
  const follower = world.follow(0);
  world.total = 2;
  world.throwing = 2;
  world.topics[0].said("SUBSCRIBED");
  await world.until(() => world.errors.length === 2);
  assert.deepEqual(follower.positions(), { missions: 0 });
  await world.until(() => world.seen.length === 2);
  world.throwing = 1;
  world.send(3, 3);
  world.send(4, 4);
  await world.until(() => world.seen.length === 4);
  assert.deepEqual(world.seen, [1, 2, 3, 4]);
  assert.deepEqual(
    world.errors.map(([error, ended]) => [error.message, ended]),
    Array(3).fill(["not now", false]),
  );
  await follower.leave();
});

for (const status of [401, 403])
  test(`who is answered ${status} is told once, and nothing is asked any more`, async () => {
    const world = new World();
    world.refusing = { status };
    const follower = world.follow(0);
    await world.until(() => world.errors.length === 1);
    world.send(1, 1);
    world.topics[0].said("SUBSCRIBED");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([world.errors, world.reads, world.seen], [[[{ status }, true]], 1, []]);
    assert.ok(world.topics[0].removed);
    await follower.leave();
  });

test("a channel that the server closed is joined again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  const follower = world.follow(0);
  world.topics[0].said("CLOSED");
  context.mock.timers.tick(1_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(world.topics.length, 2);
  await follower.leave();
  world.topics[1].said("CLOSED");
  assert.equal(world.topics.length, 2);
});

test("after leaving, the application hears nothing", async () => {
  const world = new World();
  world.total = 3;
  const follower = world.follow(0);
  await follower.leave();
  await new Promise((resolve) => setImmediate(resolve));
  world.send(4, 4);
  world.topics[0].heard({ payload: hint(1, 1) });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(world.seen, []);
});
