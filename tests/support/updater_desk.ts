/** An updater whose server, network and disk are in memory, with a clock to turn. */
import { EntryUpdater, type Wake } from "../../cli/updater/entry.ts";
import { type RawEntry, toEntry, type UpdaterEntry } from "../../cli/updater/entry_options.ts";
import type { HookRun } from "../../cli/updater/hook.ts";
import type { HolderApi, UpdaterHost } from "../../cli/updater/host.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { describeError } from "../../core/errors.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { type KeyPair, readKeyPair } from "../../core/host/key_pair_file.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { testCas } from "./certificate_authorities.ts";
import { createLog } from "../../core/log.ts";
import { inProcessApi, SERVER_URL } from "./in_process_api.ts";
import { DAY, NOW, random } from "./issuing.ts";
import { newKey } from "./keys.ts";
import { MemoryFiles } from "./memory_files.ts";

/** Where the desk's updater keeps its files: no such folder exists on the disk. */
export const FOLDER = "/caucase-desk";

export const PATHS = { keyPath: `${FOLDER}/host.key`, certificatePath: `${FOLDER}/host.crt` };

export interface DeskOptions {
  /** Instead of those of an updater with key and certificate in two files, a name of its own and a hook. */
  readonly entry?: RawEntry;
  /** Requests that the server signs unasked; one unless given. */
  readonly autoApprove?: number;
  /** The server and the disk of another desk: a CA takes a while to make. */
  readonly like?: UpdaterDesk;
}

export class UpdaterDesk {
  readonly clock = new ManualClock(NOW);
  readonly files: MemoryFiles;
  readonly stores: CaStores;
  readonly ca: CertificateAuthority;
  readonly entry: UpdaterEntry;
  /** Messages of the log, with their errors. */
  readonly log: string[] = [];
  readonly printed: string[] = [];
  /** Names of calls that reached the network. */
  readonly calls: string[] = [];
  /** Runs of the hook. */
  readonly hooks: HookRun[] = [];
  /** In the way of every call: may throw instead of carrying it out, or after it. */
  network: <T>(name: keyof HolderApi, call: () => Promise<T>) => Promise<T> = (_, call) => call();
  hook: (run: HookRun) => Promise<void> = () => Promise.resolve();

  constructor({ entry = {}, autoApprove = 1, like }: DeskOptions = {}) {
    this.files = like?.files.copy() ?? new MemoryFiles();
    if (like !== undefined) this.clock.set(like.clock.now());
    const storage = createMemoryStores();
    this.stores = like?.stores ?? storage.ca("cas");
    this.ca = like?.ca ?? testCas(storage, { serviceAutoApprove: autoApprove }).cas;
    this.entry = toEntry({ ...STANDARD, ...entry }, String);
  }

  /** A new process: it remembers nothing but what is on the disk. */
  open(): Promise<EntryUpdater> {
    return EntryUpdater.open(this.entry, this.host());
  }

  /** Lets the certificate that it has got by now come close to its end. */
  async untilDue(): Promise<this> {
    await this.start();
    this.clock.set(this.clock.now() + 63 * DAY);
    return this;
  }

  /** The pair on the disk. @throws unless it fits */
  pair(): Promise<KeyPair> {
    return readKeyPair(PATHS, this.files);
  }

  /** One wake-up of a new process. */
  async start(): Promise<Wake> {
    return await (await this.open()).wakeUp(new AbortController().signal);
  }

  host(): UpdaterHost {
    return {
      clock: this.clock,
      random,
      fileSystem: this.files,
      log: createLog(({ fields: { error, news }, ...record }) => {
        this.log.push(error === undefined ? `${news ?? record.sentence}` : describeError(error));
      }),
      connect: () => this.#connect(),
      newKey: () => newKey("P-256"),
      runHook: async (run) => {
        this.hooks.push(run);
        await this.hook(run);
      },
      print: (line) => this.printed.push(line),
    };
  }

  #connect(): HolderApi {
    return inProcessApi({
      ca: this.ca,
      now: () => this.clock.now(),
      carry: (name, call) => {
        this.calls.push(name);
        return this.network(name, call);
      },
    });
  }
}

const STANDARD: RawEntry = {
  caUrl: SERVER_URL,
  casCa: `${FOLDER}/ca.pem`,
  ca: `${FOLDER}/ca.pem`,
  crl: `${FOLDER}/crl.pem`,
  crt: `${FOLDER}/host.crt`,
  key: `${FOLDER}/host.key`,
  subject: "CN=host",
  dns: ["host.example.com"],
  onRenew: "reload",
};

/** When a wake-up that ended in sleep wants the next. */
export function wakeTime(wake: Wake): number {
  if (wake.kind !== "asleep") throw new Error(`it does not sleep: ${JSON.stringify(wake)}`);
  return wake.wakeAt;
}
