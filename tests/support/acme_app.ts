/** ACME over CAs in memory, without a network: for tests of what is answered, and to look into the stores. */
import type { Storage } from "../../core/ca/stores.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { type Acme, createAcme } from "../../server/acme/acme.ts";
import { readAcmeOptions, type WrittenAcmeOptions } from "../../server/acme/acme_options.ts";
import type { Validate } from "../../server/acme/validation/validator.ts";
import type { CertificateAuthorities } from "../../server/certificate_authorities.ts";
import type { Handler } from "../../server/http/exchange.ts";
import { serveSites } from "../../server/http/site.ts";
import { seedIssuers, testCas, type TestCasOptions } from "./certificate_authorities.ts";
import type { AskOptions, Desk, Reply } from "./desk.ts";
import { NETLOC, NOW, random } from "./issuing.ts";
import { quietLog } from "./recorded_log.ts";
import { exchangeOf, toReply } from "./test_app.ts";

export interface WantedAcmeApp {
  readonly acme?: Partial<WrittenAcmeOptions>;
  readonly cas?: TestCasOptions;
  /** In memory unless given. */
  readonly storage?: Storage;
  /** Every challenge succeeds unless given. */
  readonly validate?: Validate;
}

export class AcmeApp implements Desk {
  readonly clock = new ManualClock(NOW);
  /** Faults that were reported so far. */
  readonly faults: unknown[] = [];
  readonly stopping = new AbortController();
  readonly acme: Acme;
  readonly #handler: Handler;

  constructor(readonly storage: Storage, readonly authorities: CertificateAuthorities, wanted: WantedAcmeApp) {
    const { acme = {}, validate = () => Promise.resolve("valid") } = wanted;
    this.acme = createAcme({
      options: readAcmeOptions({ policy: "challenge", ...acme }),
      netloc: NETLOC,
      store: storage.acme,
      ca: authorities.cas,
      stores: storage.ca("cas"),
      host: { clock: this.clock, random, version: "0.0.0", log: quietLog, accessLog: () => {} },
      validate,
      signal: this.stopping.signal,
    });
    this.#handler = serveSites([this.acme.site], (error) => this.faults.push(error));
  }

  async ask(method: string, path: string, { as: _, ...rest }: AskOptions = {}): Promise<Reply> {
    const exchange = { ...exchangeOf(method, path, { headers: {}, body: "", ...rest }), secure: true };
    return toReply(await this.#handler(exchange));
  }
}

/** An app whose CAs have certificates on P-256. */
export async function newAcmeApp(wanted: WantedAcmeApp = {}): Promise<AcmeApp> {
  const { storage = createMemoryStores() } = wanted;
  await seedIssuers(storage);
  return new AcmeApp(storage, testCas(storage, wanted.cas), wanted);
}
