/** A DNS server on 127.0.0.1 that answers what it is told, and remembers what it was asked (RFC 1035 4). */
import dgram from "node:dgram";
import { type Bytes, concatBytes, joinBytes, utf8 } from "../../core/bytes.ts";
import { parseIpAddress } from "../../core/x509/ip_address.ts";

const TYPE = { A: 1, CNAME: 5, TXT: 16, AAAA: 28 } as const;

export type RecordType = keyof typeof TYPE;

export interface DnsQuestion {
  /** In lower case, without a dot at its end. */
  readonly name: string;
  readonly type: RecordType;
}

export interface DnsRecord {
  readonly type: RecordType;
  /** An address, a name, or the text of a TXT record, which is cut into pieces of 255 bytes. */
  readonly data: string;
}

/** Records of a name, or what became of the question instead of records. */
export type DnsAnswer = readonly DnsRecord[] | "no such name" | "server failure" | "silence";

const RCODE = { "server failure": 2, "no such name": 3 } as const;

export class DnsServer implements AsyncDisposable {
  /** As `A www.example.org`, in the order of their coming. */
  readonly questions: string[] = [];
  readonly #socket = dgram.createSocket("udp4");

  private constructor(private readonly answer: (question: DnsQuestion) => DnsAnswer) {
    this.#socket.on("message", (message, { address, port }) => {
      const response = this.#respond(new Uint8Array(message));
      if (response !== undefined) this.#socket.send(response, port, address);
    });
  }

  /** Listens on a free port. */
  static async start(answer: (question: DnsQuestion) => DnsAnswer): Promise<DnsServer> {
    const server = new DnsServer(answer);
    await new Promise<void>((resolve) => server.#socket.bind(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #respond(query: Bytes): Bytes | undefined {
    const { name, type, end } = readQuestion(query);
    const question = query.slice(12, end);
    const known = Object.entries(TYPE).find(([, number]) => number === type)?.[0] as RecordType | undefined;
    this.questions.push(`${known ?? type} ${name}`);
    const answer = known === undefined ? [] : this.answer({ name, type: known });
    if (answer === "silence") return undefined;
    const records = typeof answer === "string" ? [] : answer;
    const rcode = typeof answer === "string" ? RCODE[answer] : 0;
    // An answer to a recursive query: QR, RD and RA.
    const header = [query.slice(0, 2), uint16(0x8180 | rcode), uint16(1), uint16(records.length), new Uint8Array(4)];
    return concatBytes(...header, question, ...records.map(encodeRecord));
  }
}

function readQuestion(query: Bytes): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + size)));
    at += 1 + size;
  }
  const type = new DataView(query.buffer).getUint16(at + 1);
  return { name: labels.join(".").toLowerCase(), type, end: at + 5 };
}

/** Of the name that was asked for, which stands at byte 12. */
function encodeRecord({ type, data }: DnsRecord): Bytes {
  const content = encodeData(type, data);
  // Nobody keeps it: a time to live of zero.
  return concatBytes(uint16(0xc00c), uint16(TYPE[type]), uint16(1), new Uint8Array(4), uint16(content.length), content);
}

function encodeData(type: RecordType, data: string): Bytes {
  switch (type) {
    case "A":
    case "AAAA":
      return parseIpAddress(data) ?? new Uint8Array();
    case "CNAME":
      return joinBytes([...data.split(".").map((label) => withSize(utf8(label))), new Uint8Array(1)]);
    case "TXT": {
      const text = utf8(data);
      const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / 255)) }, (_, index) => index * 255);
      return joinBytes(pieces.map((start) => withSize(text.slice(start, start + 255))));
    }
  }
}

function withSize(bytes: Bytes): Bytes {
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

function uint16(number: number): Bytes {
  return Uint8Array.of(number >> 8, number);
}
