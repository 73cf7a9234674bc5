import { createServer } from "node:net";
import { expect, test } from "vitest";
import { createEnv } from "./env.ts";
import { holdProcess } from "./timers.ts";

/** How many resources of a kind keep this process alive. */
const holding = (kind: string): number => process.getActiveResourcesInfo().filter((each) => each === kind).length;

test.each([
  [true, 0],
  [false, 1],
])("a timer of a guest (%s) keeps nothing alive", (isGuest, expected) => {
  const before = holding("Timeout");
  const timer = createEnv({ isGuest }).timers.after(1e6, () => {});
  expect(holding("Timeout") - before).toBe(expected);
  timer.cancel();
});

test("a process can be held, and let go", () => {
  const before = holding("Timeout");
  const release = holdProcess();
  expect(holding("Timeout") - before).toBe(1);
  release();
  release();
  expect(holding("Timeout") - before).toBe(0);
});

test.each([
  [true, 0],
  [false, 1],
])("nor does a socket of a guest (%s)", async (isGuest, expected) => {
  const server = createServer().unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const accepted = new Promise<void>((resolve) => server.once("connection", (socket) => resolve(void socket.unref())));
  const before = holding("TCPSocketWrap");
  const connection = await createEnv({ isGuest }).net.connect({ address: { host: "127.0.0.1", port } });
  await accepted;
  expect(holding("TCPSocketWrap") - before).toBe(expected);
  connection.destroy();
  server.close();
});

test("a guest leaves the streams alone", () => {
  const listeners = () => process.stdout.listenerCount("error");
  const before = listeners();
  createEnv({ isGuest: true });
  expect(listeners()).toBe(before);
});
