import { PermanentError } from "@sluice/component";

/** `post` rejects with it: these items are not to be sent as they are; `renew` gives others for them from now on. */
export class SendAnewError extends Error {
  override readonly name = "SendAnewError";
}

/** `post` rejects with it: a backend took so many of a request's items, and refused the others for good. */
export class PartlyTakenError extends PermanentError {
  readonly taken: number;
  constructor(message: string, taken: number) {
    super(message);
    this.taken = taken;
  }
}
