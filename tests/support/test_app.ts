/** The whole HTTP interface over CAs in memory, without a network: for tests of what is answered. */
import { utf8 } from "../../core/bytes.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import type { Storage } from "../../core/ca/stores.ts";
import type { CorsKeys } from "../../core/cors/key_set.ts";
import { CaucaseError } from "../../core/errors.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { joinBody } from "../../core/pieces.ts";
import type { CertificateAuthorities } from "../../server/certificate_authorities.ts";
import { createCaucaseSite } from "../../server/caucase/site.ts";
import { createStatus } from "../../server/caucase/server_status.ts";
import { serveSites } from "../../server/http/site.ts";
import { createCorsPage } from "../../server/caucase/cors_page.ts";
import { createCrossOrigin } from "../../server/caucase/cross_origin.ts";
import type { Answer, Exchange, Handler } from "../../server/http/exchange.ts";
import { createOwnOrigins } from "../../server/caucase/own_origins.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { seedIssuers, testCas, type TestCasOptions } from "./certificate_authorities.ts";
import type { AskOptions, Desk, Reply } from "./desk.ts";
import { fakeExchange } from "./exchange.ts";
import { NETLOC, NOW, random, type TestCa } from "./issuing.ts";

export const CORS_KEY = { expires: NOW + 400 * 86_400, secret: "a key of forty-three printable characters .." };

const KEYS: CorsKeys = { valid: () => [CORS_KEY], signing: () => Promise.resolve(CORS_KEY) };

const none = () => Promise.reject(new CaucaseError("not-found", "the audit log has no checkpoint yet"));

/** An audit log that has not begun. */
export const NO_AUDIT: AuditSource = { verifierKey: none, checkpoint: none, tile: none };

export class TestApp implements Desk {
  readonly clock = new ManualClock(NOW);
  /** Faults that were reported so far. */
  readonly faults: unknown[] = [];
  readonly handler: Handler;

  constructor(
    readonly storage: Storage,
    readonly authorities: CertificateAuthorities,
    readonly seeded: Readonly<Record<"cau" | "cas", TestCa>>,
  ) {
    const origins = { keys: KEYS, own: createOwnOrigins(NETLOC), clock: this.clock };
    const site = createCaucaseSite({
      httpCa: this.authorities.http_cas,
      authorities,
      crossOrigin: createCrossOrigin({ ...origins, whitelist: ["https://white.example"] }),
      corsPage: createCorsPage(origins),
      own: origins.own,
      events: (after, limit) => storage.events(after, limit),
      status: createStatus({
        version: "0.0.0",
        database: "memory",
        authorities,
        jobs: () => [],
        backup: () => Promise.resolve({ enabled: false, periodDays: null, last: null, file: null }),
      }),
      clock: this.clock,
      audit: NO_AUDIT,
      random,
      acme: storage.acme,
      recordRefused: (ca, refused, by) => storage.recordRefused(ca, refused, by),
    });
    this.handler = serveSites([site], (error) => this.faults.push(error));
  }

  async ask(method: string, path: string, options: AskOptions = {}): Promise<Reply> {
    return toReply(await this.answer(method, path, options));
  }

  /** The answer as the listener gets it. */
  async answer(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    return await this.handler(exchangeOf(method, path, options));
  }
}

/** An app whose CAs have certificates on P-256. */
export async function newTestApp(options: TestCasOptions = {}): Promise<TestApp> {
  const storage = createMemoryStores();
  const seeded = await seedIssuers(storage);
  return new TestApp(storage, testCas(storage, options), seeded);
}

/** The request as the listener would report it; each has a connection of its own. */
export function exchangeOf(method: string, target: string, { headers = {}, body = "", as }: AskOptions): Exchange {
  const clientCertificate = as ? onlyPem(as.cert, [PEM_LABEL.CERTIFICATE], "the client's").der : undefined;
  const host = as === undefined ? NETLOC : "ca.example.com:8010";
  const exchange = fakeExchange({ method, target, secure: as !== undefined, headers: { host, ...headers }, body });
  return { ...exchange, clientCertificate };
}

export function toReply({ status, headers = {}, body = "" }: Answer): Reply {
  const bytes = typeof body === "string" ? utf8(body) : joinBody(body);
  const byName = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(", ")]);
  return { status, headers: Object.fromEntries(byName), bytes, text: new TextDecoder().decode(bytes) };
}
