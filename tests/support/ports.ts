/** Free ports for servers that need two in a row: HTTP on P, HTTPS on P+1. */

/** Below the range from which systems take the ports of outgoing connections (32768 on Linux). */
const LOWEST = 12_000;
const HIGHEST = 31_000;

const given = new Set<number>();

/**
 * A port P so that nothing listens on P and P+1 of 127.0.0.1. Never the same one twice in a process; another process
 * may still take it before it is used, which the range's width makes unlikely.
 * @throws Error when none is found
 */
export function freePortPair(): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = LOWEST + 2 * Math.floor(Math.random() * ((HIGHEST - LOWEST) / 2));
    if (given.has(port) || !isFree(port) || !isFree(port + 1)) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no two free ports in a row from ${LOWEST} to ${HIGHEST}`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
