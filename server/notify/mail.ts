/** Notifications as mail, through nodemailer. */
import { connect, type Socket } from "node:net";
import { createTransport } from "nodemailer";
import { CaucaseError } from "../../core/errors.ts";
import { mailOf } from "../../core/notify/mail.ts";
import { readMessage } from "../../core/notify/message.ts";
import type { MailReceiver } from "../../core/notify/receiver.ts";
import type { Deliver } from "./deliver.ts";

interface MailSettings {
  readonly password: string | undefined;
  /** For one mail, from the connection to the server's answer. */
  readonly timeoutMs: number;
}

/** One connection for each mail: they are rare. */
export function createMailDelivery(receiver: MailReceiver, { password, timeoutMs }: MailSettings): Deliver {
  const { host, port, isTls, startTls, login, from, to } = receiver;
  const transportOver = (connection: Socket) =>
    createTransport({
      connection,
      ...{ host, port, secure: isTls, requireTLS: startTls === "required", ignoreTLS: startTls === "never" },
      ...(login !== undefined && password !== undefined && { auth: { user: login.user, pass: password } }),
      // Else it would ask for the name of this machine, which the program may not know.
      name: from.slice(from.lastIndexOf("@") + 1),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // All content is given here: nothing of it is the name of a file, or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  return async ({ body }, signal) => {
    // Ours, to end it: the transport leaves a server alone that goes on talking, however long.
    const socket = connect({ host, port });
    try {
      const sent = connected(socket).then(() =>
        transportOver(socket).sendMail({ from, to: [...to], ...mailOf(readMessage(body), from) })
      );
      await before(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), sent);
    } catch (error) {
      signal.throwIfAborted();
      throw refusalOf(error, timeoutMs);
    } finally {
      socket.destroy();
    }
  };
}

/** @throws what the system says where nobody listens */
async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
  });
  socket.setKeepAlive(true);
}

/** The same as `work`, unless the signal comes first. */
async function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = () => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** By codes alone: what a server answers may hold anything. */
function refusalOf(error: unknown, timeoutMs: number): CaucaseError {
  const timedOut = error instanceof DOMException && error.name === "TimeoutError";
  if (timedOut) return new CaucaseError("unreachable", `it did not take the mail within ${timeoutMs / 1000} s`);
  const { code, command, responseCode } = error as { code?: unknown; command?: unknown; responseCode?: unknown };
  const words = [code, command].filter((word) => typeof word === "string" && /^[A-Z_0-9 ]{1,40}$/.test(word)).join(" ");
  if (typeof responseCode !== "number") return new CaucaseError("unreachable", `it cannot be reached (${words})`);
  return new CaucaseError("refused", `the mail server answered ${responseCode} (${words})`);
}
