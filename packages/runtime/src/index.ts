export { addressText } from "./address.ts";
export { createEnv } from "./env.ts";
export { createHttpServer, type HttpServer } from "./http-server.ts";
export { openHttp2 } from "./http2.ts";
export { endProcess, onStopSignal } from "./process.ts";
export { timersOver } from "./timers.ts";
