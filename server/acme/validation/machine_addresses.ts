/** Which addresses are this machine's. */

/**
 * Numeric addresses of all interfaces, as they are now. Without the right to ask (`--allow-sys=networkInterfaces`)
 * there are none: a connection that leads back here is seen by its two ends then, and closed before anything is said.
 */
export function machineAddresses(): string[] {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" });
  return state === "granted" ? Deno.networkInterfaces().map(({ address }) => address) : [];
}
