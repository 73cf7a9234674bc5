import { connect } from "node:net";

/** Sends bytes to a port and gives back all that comes until the connection is closed; for tests. */
export function exchange(port: number, sent: string, end?: "at once" | "when answered"): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const received: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      if (end === "when answered") socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(received).toString("latin1")));
    if (end === "at once") socket.end(sent);
    else socket.write(sent);
  });
}

/** Status lines and bodies of some answers on one connection, without the date. */
export function answersIn(text: string): string[] {
  return text
    .split(/(?=HTTP\/1\.1 )/)
    .filter((answer) => answer !== "")
    .map((answer) => {
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      const [status = ""] = head.split("\r\n");
      const close = /connection: close/i.test(head) ? " close" : "";
      return `${status.slice(9)}${close}${body === "" ? "" : `: ${body.trim()}`}`;
    });
}
