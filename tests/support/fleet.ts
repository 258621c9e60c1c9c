/**
 * A simulated fleet of hosts over years, with CA rollovers, outages, crashes in the midst of writing, and restarts. Time is a
 * number here; server, network and disks are in memory. L is 93 days.
 */
import assert from "node:assert/strict";
import { EntryUpdater } from "../../cli/updater/entry.ts";
import { toEntry, type UpdaterEntry } from "../../cli/updater/entry_options.ts";
import type { HolderApi, UpdaterHost } from "../../cli/updater/host.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { testCas } from "./certificate_authorities.ts";
import { createLog } from "../../core/log.ts";
import { inProcessApi, unreachable } from "./in_process_api.ts";
import { newKey } from "./keys.ts";
import { MemoryFiles } from "./memory_files.ts";

const HOUR = 3600;
const DAY = 86_400;
const YEAR = 365 * DAY;
const START = 1_800_000_000;

/** When the server does not answer: two days each year, and a few hours each month. */
function isOutage(now: number): boolean {
  const elapsed = now - START;
  return elapsed % YEAR > YEAR - 2 * DAY ||
    (elapsed % (30 * DAY) > 20 * DAY && elapsed % (30 * DAY) < 20 * DAY + 5 * HOUR);
}

/** A small generator of numbers from 0 to 1 (Lehmer), so that every run is the same. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 0x7fffffff) / 0x7fffffff;
}

class Fleet {
  now = START;
  readonly #ca: CertificateAuthority;
  /** How many renewals were answered, by hour. */
  readonly renewals = new Map<number, number>();
  readonly hooks: number[] = [];
  /** How many renewals were signed but not heard of. */
  lostAnswers = 0;
  readonly #chance = numbers(7);

  readonly #api: HolderApi;

  constructor(hosts: number) {
    this.#ca = testCas(createMemoryStores(), { serviceAutoApprove: hosts }).cas;
    const carry = <T>(name: string, call: () => Promise<T>) => this.#carry(name, call);
    this.#api = inProcessApi({ ca: this.#ca, now: () => this.now, carry });
  }

  async #carry<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (isOutage(this.now)) throw unreachable();
    const answer = await call();
    if (name !== "renew") return answer;
    // One in twenty answers gets lost after the server signed.
    if (this.#chance() < 0.05) {
      this.lostAnswers++;
      throw unreachable();
    }
    const hour = Math.floor(this.now / HOUR);
    this.renewals.set(hour, (this.renewals.get(hour) ?? 0) + 1);
    return answer;
  }

  host(index: number, files: MemoryFiles): UpdaterHost {
    const chance = numbers(index + 1);
    const ignore = () => {};
    return {
      clock: { now: () => this.now, sleepUntil: () => Promise.reject(new Error("nobody sleeps in a simulation")) },
      random: (size) => Uint8Array.from({ length: size }, () => Math.floor(chance() * 256)),
      fileSystem: files,
      log: createLog(({ level, fields: { error } }) => {
        if (level === "error") assert.fail(error instanceof Error ? error : "a fault");
      }),
      connect: () => this.#api,
      newKey: () => newKey("P-256"),
      runHook: () => {
        if (chance() < 0.1) return Promise.reject(new CaucaseError("refused", "it ended with status 1"));
        this.hooks[index] = (this.hooks[index] ?? 0) + 1;
        return Promise.resolve();
      },
      print: ignore,
    };
  }
}

function entryOf(index: number): UpdaterEntry {
  const folder = `/caucase-fleet/${index}`;
  return toEntry({
    caUrl: "http://ca.example.com:8009",
    casCa: `${folder}/ca.pem`,
    ca: `${folder}/ca.pem`,
    crl: `${folder}/crl.pem`,
    crt: `${folder}/host.crt`,
    // Half of them keep key and certificate in one file.
    ...(index % 2 === 0 && { key: `${folder}/host.key` }),
    subject: `CN=host${index}`,
    onRenew: "reload",
  }, String);
}

class Host {
  readonly files = new MemoryFiles();
  readonly #entry: UpdaterEntry;
  readonly #chance: () => number;
  #updater: EntryUpdater | undefined;
  wakeAt: number;

  constructor(private readonly fleet: Fleet, private readonly index: number) {
    this.#entry = entryOf(index);
    this.#chance = numbers(1000 + index);
    this.wakeAt = START + Math.floor(this.#chance() * HOUR);
  }

  restart(at: number): void {
    this.#updater = undefined;
    this.wakeAt = at;
  }

  async wakeUp(): Promise<void> {
    const { fleet, files } = this;
    await this.check();
    const luck = this.#chance();
    // A crash at any of the steps of writing; or a restart; or twenty days in a drawer.
    if (luck < 0.05) files.crashAfter(Math.floor(this.#chance() * 40));
    else if (luck < 0.08) this.#updater = undefined;
    else if (luck < 0.09) return void (this.wakeAt += 20 * DAY);
    const wake = await this.#run(luck < 0.05);
    if (wake?.kind === "asleep") this.wakeAt = wake.wakeAt;
    else assert.equal(wake, undefined, `host ${this.index} gave up: ${JSON.stringify(wake)}`);
    files.restart();
    if (luck < 0.05) this.restart(fleet.now + 300);
    await this.check();
  }

  /** What came of a wake-up; undefined when a crash that was to come ended even the start. */
  async #run(crashing: boolean) {
    try {
      this.#updater ??= await EntryUpdater.open(this.#entry, this.fleet.host(this.index, this.files));
    } catch (error) {
      if (crashing && error instanceof CaucaseError) return undefined;
      throw error;
    }
    return await this.#updater.wakeUp(new AbortController().signal);
  }

  /** No certificate that has expired, none beside another's key, none that the stored CA certificates do not vouch for. */
  async check(): Promise<void> {
    const { certificate } = this.#entry;
    if (certificate === undefined || this.files.text(certificate.certificatePath) === undefined) return;
    if (!this.files.text(certificate.certificatePath)?.includes("CERTIFICATE")) return;
    const pair = await readKeyPair(certificate, this.files);
    assert.ok(this.fleet.now <= pair.certificate.notAfter, `the certificate of host ${this.index} expired`);
  }
}

export interface FleetReport {
  readonly renewals: number;
  /** Most renewals within an hour. */
  readonly busiestHour: number;
  readonly lostAnswers: number;
  /** Successful runs of each host's hook. */
  readonly hooks: readonly number[];
}

/**
 * Runs `count` hosts for `years`. At each wake-up each must hold a pair that fits and has not expired.
 * @throws AssertionError for a host that does not, or that gave up
 */
export async function simulateFleet(count: number, years: number): Promise<FleetReport> {
  const fleet = new Fleet(count);
  const hosts = Array.from({ length: count }, (_, index) => new Host(fleet, index));
  const end = START + years * YEAR;
  let powerCut = START + 100 * DAY;
  for (let next = earliest(hosts); next.wakeAt <= end; next = earliest(hosts)) {
    fleet.now = Math.max(fleet.now, next.wakeAt);
    if (fleet.now > powerCut) {
      // All go down together, and come back within a minute of one another.
      powerCut += YEAR;
      for (const host of hosts) host.restart(fleet.now + 120);
    } else {
      await next.wakeUp();
    }
  }
  fleet.now = end;
  for (const host of hosts) await host.check();
  const counts = [...fleet.renewals.values()];
  return {
    renewals: counts.reduce((sum, one) => sum + one, 0),
    busiestHour: Math.max(...counts),
    lostAnswers: fleet.lostAnswers,
    hooks: fleet.hooks,
  };
}

function earliest(hosts: readonly Host[]): Host {
  return hosts.reduce((first, host) => host.wakeAt < first.wakeAt ? host : first);
}
