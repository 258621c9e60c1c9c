/**
 * Takes the place of server/tls/runtime_check.ts in the executable for tests: old runtimes pass, though they ask nobody
 * for a certificate. As it runs inside that executable, it also tries what no executable may do, and tells how that
 * went.
 */
import type * as checked from "../../../server/tls/runtime_check.ts";

/** What is tried, all of it harmless where it works. */
const FORBIDDEN: Readonly<Record<string, () => unknown>> = {
  run: () => new Deno.Command("true").outputSync(),
  "run after asking": () => Deno.permissions.requestSync({ name: "run" }).state === "granted" || refuse(),
  environment: () => Deno.env.get("PATH") ?? refuse(),
  "the whole environment": () => Object.keys(Deno.env.toObject()).includes("PATH") || refuse(),
  libraries: () => Deno.dlopen("libc.so.6", {}).close(),
  "the machine's name": () => Deno.hostname(),
  "who runs it": () => Deno.uid(),
  "code from elsewhere": () => Deno.permissions.querySync({ name: "import" }).state !== "denied" || refuse(),
};

export const requireClientCertificateSupport: typeof checked.requireClientCertificateSupport = () => {
  const allowed = Object.keys(FORBIDDEN).filter((name) => succeeds(FORBIDDEN[name]));
  console.error(`No client certificates: for tests alone. May not, but could: ${allowed.join(", ") || "nothing"}.`);
};

export const proveClientCertificates: typeof checked.proveClientCertificates = () => Promise.resolve();

function succeeds(attempt: (() => unknown) | undefined): boolean {
  try {
    attempt?.();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

/** What a right that is missing looks like where the runtime throws nothing. */
function refuse(): never {
  throw new Deno.errors.NotCapable();
}
