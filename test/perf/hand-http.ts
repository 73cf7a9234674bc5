/**
 * HTTP by hand on plain sockets, for the generator and the sink: half the price of node:http, and the collector's CPU is what we
 * want to see. Bodies come with a length.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A request; the body is in the pieces it came in. */
export interface HandRequest {
  readonly method: string;
  readonly path: string;
  /** The first line and the header fields. */
  readonly head: string;
  readonly body: readonly Buffer[];
}

interface Reading {
  /** Bytes of a head that is not whole. */
  rest: Buffer;
  head: string;
  body: Buffer[];
  /** Bytes of the body that are to come; -1 while the head is read. */
  missing: number;
}

const nothing = Buffer.alloc(0);

/** Text of a response before its body; `more` are whole header lines. */
export function responseHead(status: string, length: number, more = ""): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n${more}\r\n`;
}

/** Answers with a text; JSON, if any. */
export function answer(socket: Socket, status: string, body = ""): void {
  socket.write(responseHead(status, Buffer.byteLength(body), "Content-Type: application/json\r\n") + body);
}

/** Takes from the chunk what belongs to the request under way; returns what is left. */
function read(reading: Reading, chunk: Buffer): Buffer {
  if (reading.missing >= 0) {
    const piece = chunk.subarray(0, reading.missing);
    if (piece.length > 0) reading.body.push(piece);
    reading.missing -= piece.length;
    return chunk.subarray(piece.length);
  }
  const bytes = reading.rest.length > 0 ? Buffer.concat([reading.rest, chunk]) : chunk;
  const end = bytes.indexOf("\r\n\r\n");
  reading.rest = end < 0 ? bytes : nothing;
  if (end < 0) return nothing;
  reading.head = bytes.toString("latin1", 0, end + 2);
  reading.body = [];
  reading.missing = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(reading.head)?.[1] ?? 0);
  return bytes.subarray(end + 4);
}

/** Answers a request, at once or later. */
type Handle = (request: HandRequest, socket: Socket) => void | Promise<void>;

async function handleLast(handle: Handle, request: HandRequest, socket: Socket): Promise<void> {
  await handle(request, socket);
  socket.end();
}

/** A server that answers with `handle`. A client asks for the next thing when it has its answer. */
export function serveByHand(handle: Handle): Server {
  return createServer({ noDelay: true }, (socket) => {
    const reading: Reading = { rest: nothing, head: "", body: [], missing: -1 };
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      let left: Buffer = chunk;
      while (left.length > 0) {
        left = read(reading, left);
        if (reading.missing !== 0) continue;
        reading.missing = -1;
        const { head, body } = reading;
        const [method = "", path = ""] = head.split(" ", 2);
        const request = { method, path, head, body };
        void (/\r\nconnection: *close\r\n/i.test(head) ? handleLast(handle, request, socket) : handle(request, socket));
      }
    });
  });
}

/** Lets it listen on a free port, which it returns. */
export async function listen(server: Server): Promise<number> {
  return await new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}
