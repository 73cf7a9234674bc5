export {
  type QueueConfig,
  type RetryConfig,
  retryProperties,
  sendingQueueProperties,
  validateRetry,
} from "./config.ts";
export { PartlyTakenError, SendAnewError } from "./errors.ts";
export { createLedger, type Ledger, type Totals } from "./ledger.ts";
export { createSender, type Item, type Sender, type SenderOptions, type SenderSettings } from "./sender.ts";
