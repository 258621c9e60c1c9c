/** What the routes of the register do. */
import { CaucaseError } from "../../core/errors.ts";
import type { CaucaseHandlers } from "./handlers.ts";

export const REGISTER_HANDLERS: Pick<CaucaseHandlers, "register" | "registered" | "events" | "status"> = {
  register: () => absent,
  registered: () => absent,
  events: () => absent,
  status: () => absent,
};

function absent(): never {
  throw new CaucaseError("not-found", "this server does not answer that yet");
}
