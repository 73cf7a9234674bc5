export { addressText } from "./address.ts";
export { createEnv } from "./env.ts";
export { createHttpServer, type HttpServer } from "./http-server.ts";
export { openHttp2 } from "./http2.ts";
export { endProcess, onReloadSignal, onStopSignal } from "./process.ts";
export { type Door, type DoorOptions, type ListeningSocket, type SharedSocket, shareSocket } from "./shared-socket.ts";
export { createThreads } from "./threads.ts";
export { holdProcess, timersOver } from "./timers.ts";
