/**
 * Tries challenges beside the requests that began them. What is being tried is in the store: a run that a crash ended
 * begins again when its account next looks at it.
 */
import type { Account } from "../../core/acme/account.ts";
import {
  type Authorization,
  type Challenge,
  type ChallengeType,
  decided,
  findChallenge,
  type Outcome,
} from "../../core/acme/authorization.ts";
import { keyAuthorization } from "../../core/acme/key_authorization.ts";
import type { Problem } from "../../core/acme/problem.ts";
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { Log } from "../../core/log.ts";
import type { Validate } from "./validation/validator.ts";

/** How many challenges are tried at once; others wait for their turn. */
const MOST_AT_ONCE = 100;

export interface ChallengeRunsParts {
  readonly store: AcmeStore;
  readonly validate: Validate;
  readonly clock: { now(): number };
  readonly log: Log;
  /** How long a proof holds, in seconds. */
  readonly life: number;
  /** Ends all runs: the server stops. */
  readonly signal: AbortSignal;
}

interface Run {
  readonly authorization: Authorization;
  readonly challenge: Challenge;
  readonly thumbprint: string;
}

export class ChallengeRuns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #free = MOST_AT_ONCE;

  constructor(private readonly parts: ChallengeRunsParts) {}

  /** Tries all challenges of an authorization that were begun and are not being tried here. */
  ensure(authorization: Authorization, { thumbprint }: Pick<Account, "thumbprint">): void {
    if (authorization.status !== "pending" || this.parts.signal.aborted) return;
    for (const challenge of authorization.challenges) {
      const key = `${authorization.id} ${challenge.type}`;
      if (challenge.status !== "processing" || this.#running.has(key)) continue;
      const run = this.#run({ authorization, challenge, thumbprint }).finally(() => this.#running.delete(key));
      this.#running.set(key, run);
    }
  }

  /** Ends when nothing is being tried any more. */
  async finish(): Promise<void> {
    for (const next of this.#waiting.splice(0)) next();
    await Promise.all(this.#running.values());
  }

  async #run(run: Run): Promise<void> {
    const { signal, log } = this.parts;
    await this.#turn();
    try {
      if (signal.aborted) return;
      const outcome = await this.#outcome(run);
      if (outcome !== undefined) await this.#decide(run, outcome);
    } catch (error) {
      // It stays begun, and is tried again when its account looks at it.
      log.warning("acme.not_validated", { authorization: run.authorization.id, error });
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  /** Waits until there is room. */
  async #turn(): Promise<void> {
    while (this.#free === 0 && !this.parts.signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#free--;
  }

  /** Undefined where the server stops meanwhile. */
  async #outcome({ authorization, challenge, thumbprint }: Run): Promise<Outcome | undefined> {
    const { validate, clock, life, signal } = this.parts;
    const { identifier, isWildcard: wildcard } = authorization;
    const { type, token } = challenge;
    const validation = { type, identifier, wildcard, token, keyAuthorization: keyAuthorization(token, thumbprint) };
    try {
      const result = await validate(validation, signal);
      const now = clock.now();
      return result === "valid"
        ? { status: "valid", now, life }
        : { status: "invalid", error: { ...result, identifier }, now };
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Another challenge of the same authorization may be decided at the same time. */
  async #decide({ authorization: { id }, challenge: { type } }: Run, outcome: Outcome): Promise<void> {
    while (true) {
      const seen = await this.parts.store.orders.authorization(id);
      if (seen === undefined || await this.#store(seen, type, outcome)) return;
    }
  }

  async #store(seen: Authorization, type: ChallengeType, outcome: Outcome): Promise<boolean> {
    const next = findChallenge(seen, type) && decided(seen, type, outcome);
    if (next === undefined) return true;
    const { now } = outcome;
    const error: { error?: Problem } = outcome.status === "invalid" ? { error: outcome.error } : {};
    return await this.parts.store.orders.changeAuthorization({ seen, next, now, ...error });
  }
}
