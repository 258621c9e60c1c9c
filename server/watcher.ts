/**
 * Who watches the server at work: metrics and traces. Those who do the work tell when something begins and how it
 * ended, and know nothing of who listens. Where nobody does, nothing is called.
 */
import type { KeyOperations } from "./keys/operations.ts";

export type Outcome = "done" | "failed";

/** "refused": nothing was to be committed, as all that was in it was refused. */
export type CommitOutcome = Outcome | "refused";

/** Called once, when what was begun has ended. */
export type Ended<T = Outcome> = (outcome: T) => void;

/** What the transport knows of a request when it comes. */
export interface WatchedRequest {
  /** As sent. */
  readonly method: string;
  readonly secure: boolean;
  /** The value of a header, by lower-case name. */
  header(name: string): string | undefined;
  /** The response of `node:http`, on which the runtime keeps its own span. */
  readonly response: object;
}

/** A request that is being answered. */
export interface RequestWatch {
  /** Runs what answers it: what that begins belongs to the request. */
  within<T>(action: () => T): T;
  /** It takes the route with this name in its table. Not called for paths that no table has. */
  routed(route: string): void;
  /** The answer is handed over. Called once. */
  answered(status: number): void;
}

/** None of its methods throws, and each returns at once. */
export interface Watcher {
  request(request: WatchedRequest): RequestWatch;
  /** @param scheme as `ECDSA` */
  signature(scheme: string): Ended;
  /** @param writes how many share the commit */
  commit(writes: number): Ended<CommitOutcome>;
}

/** All of `watchers` as one; undefined for none. */
export function watchedByAll(watchers: readonly Watcher[]): Watcher | undefined {
  const [first, second, ...rest] = watchers;
  if (first === undefined || second === undefined) return first;
  return watchedByAll([both(first, second), ...rest]);
}

function both(a: Watcher, b: Watcher): Watcher {
  return {
    request(request) {
      const [one, other] = [a.request(request), b.request(request)];
      return {
        within: (action) => one.within(() => other.within(action)),
        routed(route) {
          one.routed(route);
          other.routed(route);
        },
        answered(status) {
          one.answered(status);
          other.answered(status);
        },
      };
    },
    signature: (scheme) => bothEnded(a.signature(scheme), b.signature(scheme)),
    commit: (writes) => bothEnded(a.commit(writes), b.commit(writes)),
  };
}

function bothEnded<T>(a: Ended<T>, b: Ended<T>): Ended<T> {
  return (outcome) => {
    a(outcome);
    b(outcome);
  };
}

/** The same operations, whose signatures are watched. */
export function watchedOperations(operations: KeyOperations, watcher: Watcher | undefined): KeyOperations {
  if (watcher === undefined) return operations;
  return {
    ...operations,
    async signerFor(key, algorithm) {
      const signer = await operations.signerFor(key, algorithm);
      return {
        algorithm: signer.algorithm,
        publicKey: signer.publicKey,
        async sign(data) {
          const ended = watcher.signature(signer.algorithm.scheme);
          try {
            const signature = await signer.sign(data);
            ended("done");
            return signature;
          } catch (error) {
            ended("failed");
            throw error;
          }
        },
      };
    },
  };
}
