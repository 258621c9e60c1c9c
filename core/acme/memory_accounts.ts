/** Accounts and external account keys in memory: see core/ca/memory_stores.ts. Nothing is awaited: each is atomic. */
import type { Bytes } from "../bytes.ts";
import type { Attribution, RecordEvent } from "../ca/events.ts";
import type { Account } from "./account.ts";
import { type EabKey, eabRefusal, usedOnce } from "./eab_key.ts";
import { HOUR, keyTaken, tooManyAccounts } from "./store_rules.ts";
import type { AcmeAccounts, Change, EabKeys, NewAccount } from "./stores.ts";

export class MemoryEabKeys implements EabKeys {
  readonly #keys = new Map<string, EabKey>();
  readonly #secrets = new Map<string, Bytes>();

  constructor(private readonly record: RecordEvent) {}

  add(key: EabKey, secret: Bytes): Promise<void> {
    this.#keys.set(key.id, key);
    this.#secrets.set(key.id, secret);
    const by = { actor: key.createdBy, now: key.createdAt };
    this.record({ kind: "eab-key-added", eabKey: key.id, name: key.name }, by);
    return Promise.resolve();
  }

  get(id: string): EabKey | undefined {
    return this.#keys.get(id);
  }

  find(id: string): Promise<EabKey | undefined> {
    return Promise.resolve(this.get(id));
  }

  list(after: string, limit: number): Promise<readonly EabKey[]> {
    return Promise.resolve(page(this.#keys, after, limit));
  }

  secret(id: string, now: number): Promise<Bytes | undefined> {
    const usable = eabRefusal(this.get(id), now) === undefined;
    return Promise.resolve(usable ? this.#secrets.get(id) : undefined);
  }

  revoke(id: string, by: Attribution): Promise<boolean> {
    const key = this.get(id);
    if (key === undefined || key.revokedAt !== undefined) return Promise.resolve(false);
    this.#keys.set(id, { ...key, revokedAt: by.now });
    this.#secrets.delete(id);
    this.record({ kind: "eab-key-revoked", eabKey: id }, by);
    return Promise.resolve(true);
  }

  /** @throws `AcmeProblem` when it may not be used */
  use(id: string, now: number): EabKey {
    const key = this.get(id);
    const refusal = eabRefusal(key, now);
    if (refusal !== undefined || key === undefined) throw refusal;
    const used = usedOnce(key);
    this.#keys.set(id, used);
    if (used.usesLeft === 0) this.#secrets.delete(id);
    return key;
  }

  removeExpired(now: number): void {
    for (const { id, expires } of this.#keys.values()) {
      if (expires !== undefined && expires < now) this.#secrets.delete(id);
    }
  }
}

export class MemoryAccounts implements AcmeAccounts {
  readonly #accounts = new Map<string, Account>();
  /** When each ordered last, or was made. */
  readonly #active = new Map<string, number>();
  readonly #certified = new Set<string>();

  /** @param ended hears that an account has ended */
  constructor(
    private readonly eabKeys: MemoryEabKeys,
    private readonly record: RecordEvent,
    private readonly ended: (id: string, by: Attribution) => void,
  ) {}

  add(wanted: NewAccount): Promise<{ account: Account; isNew: boolean }> {
    return Promise.try(() => this.#add(wanted));
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  find(id: string): Promise<Account | undefined> {
    return Promise.resolve(this.get(id));
  }

  findByKey(thumbprint: string): Promise<Account | undefined> {
    return Promise.resolve(this.#withKey(thumbprint));
  }

  list(after: string, limit: number): Promise<readonly Account[]> {
    return Promise.resolve(page(this.#accounts, after, limit));
  }

  change({ seen, next }: Change<Account>, by: Attribution): Promise<boolean> {
    return Promise.try(() => {
      if (JSON.stringify(this.get(seen.id)) !== JSON.stringify(seen)) return false;
      const other = this.#withKey(next.thumbprint);
      if (other !== undefined && other.id !== seen.id) throw keyTaken(other);
      this.#accounts.set(seen.id, next);
      if (next.status === "revoked") this.record({ kind: "account-revoked", account: next.id }, by);
      if (next.status !== "valid") this.ended(next.id, by);
      return true;
    });
  }

  ordered(id: string, now: number): void {
    this.#active.set(id, now);
  }

  certified(id: string): void {
    this.#certified.add(id);
  }

  removeIdle(idleSince: number): number {
    const idle = [...this.#active].filter(([id, active]) => active < idleSince && !this.#certified.has(id));
    for (const [id] of idle) {
      this.#accounts.delete(id);
      this.#active.delete(id);
    }
    return idle.length;
  }

  #add({ account, perAddressAndHour }: NewAccount): { account: Account; isNew: boolean } {
    const known = this.#withKey(account.thumbprint);
    if (known !== undefined) return { account: known, isNew: false };
    const { id, address, createdAt: now, eabKey } = account;
    const recent = [...this.#accounts.values()].filter((one) => one.address === address && one.createdAt > now - HOUR);
    if (recent.length >= perAddressAndHour) throw tooManyAccounts(address);
    const allow = eabKey === undefined ? account.allow : this.eabKeys.use(eabKey, now).allow;
    const added = { ...account, allow };
    this.#accounts.set(id, added);
    this.#active.set(id, now);
    return { account: added, isNew: true };
  }

  #withKey(thumbprint: string): Account | undefined {
    return [...this.#accounts.values()].find((account) => account.thumbprint === thumbprint);
  }
}

/** In the order of ids. */
export function page<T extends { readonly id: string }>(
  rows: ReadonlyMap<string, T>,
  after: string,
  limit: number,
): readonly T[] {
  return [...rows.values()].filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}
