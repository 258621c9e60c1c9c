/** From the bytes of a connection to handshake messages, in whatever records and pieces they come (RFC 5246 6.2). */
import { CaucaseError, malformed } from "../../../../core/errors.ts";
import { VectorReader } from "./vector_reader.ts";

export interface HandshakeMessage {
  readonly type: number;
  /** A view; nothing writes there again. */
  readonly body: Uint8Array;
}

const WHAT = "TLS record";
const RECORD = { ALERT: 21, HANDSHAKE: 22 } as const;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
/** RFC 5246 6.2.1: of plain text. */
const MAX_RECORD = 2 ** 14;

/** Most bytes that are read of a server, headers included. A flight with a self-signed certificate has about 2 000. */
export const MAX_FLIGHT = 64 * 1024;

/** Takes what arrives. All that it may keep fits into two buffers that never grow. */
export class HandshakeReader {
  readonly #records = new Uint8Array(MAX_FLIGHT);
  #recordsEnd = 0;
  #recordsAt = 0;
  readonly #messages = new Uint8Array(MAX_FLIGHT);
  #messagesEnd = 0;
  #messagesAt = 0;

  /**
   * The messages that are whole with these bytes.
   * @throws `malformed`; `too-large`; `refused` for an alert
   */
  push(bytes: Uint8Array): HandshakeMessage[] {
    if (bytes.length > MAX_FLIGHT - this.#recordsEnd) {
      throw new CaucaseError("too-large", `the server says more than ${MAX_FLIGHT} bytes`);
    }
    this.#records.set(bytes, this.#recordsEnd);
    this.#recordsEnd += bytes.length;
    while (this.#takeRecord());
    const messages: HandshakeMessage[] = [];
    for (let message = this.#takeMessage(); message !== undefined; message = this.#takeMessage()) {
      messages.push(message);
    }
    return messages;
  }

  /** Whether there was a whole record. */
  #takeRecord(): boolean {
    const rest = this.#records.subarray(this.#recordsAt, this.#recordsEnd);
    if (rest.length < RECORD_HEADER) return false;
    const header = new VectorReader(rest, WHAT);
    const [type, major, , length] = [header.number(1), header.number(1), header.number(1), header.number(2)];
    if (type !== RECORD.ALERT && type !== RECORD.HANDSHAKE) {
      throw malformed(`${WHAT} of type ${type}: this is no TLS handshake`);
    }
    if (major !== 3) throw malformed(`${WHAT} of version ${major}`);
    if (length === 0 || length > MAX_RECORD) throw malformed(`${WHAT} of ${length} bytes`);
    if (rest.length < RECORD_HEADER + length) return false;
    const content = header.take(length);
    this.#recordsAt += RECORD_HEADER + length;
    if (type === RECORD.ALERT) {
      if (isWarning(content)) return true;
      throw alertError(content);
    }
    this.#messages.set(content, this.#messagesEnd);
    this.#messagesEnd += length;
    return true;
  }

  #takeMessage(): HandshakeMessage | undefined {
    const rest = this.#messages.subarray(this.#messagesAt, this.#messagesEnd);
    if (rest.length < MESSAGE_HEADER) return undefined;
    const reader = new VectorReader(rest, "TLS handshake message");
    const type = reader.number(1);
    const length = reader.number(3);
    if (rest.length < MESSAGE_HEADER + length) return undefined;
    this.#messagesAt += MESSAGE_HEADER + length;
    return { type, body: reader.take(length) };
  }
}

/** What alerts of a server mean for one who offers what `clientHelloRecord` does. */
const ALERTS: Readonly<Record<number, string>> = {
  40: "it takes none of the offered algorithms",
  70: "it does not speak TLS 1.2",
  71: "it asks for stronger algorithms",
  80: "it has an internal error",
  112: "it does not know the name",
  120: "it does not offer the protocol acme-tls/1",
};

/** Some servers warn that they do not know a name, and go on (RFC 6066 3). */
function isWarning([level, description]: Uint8Array): boolean {
  return level === 1 && description === 112;
}

function alertError([, description = 0]: Uint8Array): CaucaseError {
  const meaning = ALERTS[description];
  return new CaucaseError("refused", `the server sent the TLS alert ${description}${meaning ? `: ${meaning}` : ""}`);
}
