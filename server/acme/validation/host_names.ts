/** Names of hosts that the validator looks up. */

/**
 * Whether `name` is a host name as resolvers take it (RFC 1123 2.1, underscores let pass), in lower case without a dot
 * at its end. What is a number at its end is an address in some form (WHATWG URL 4.3) and no name.
 */
export function isHostName(name: string): boolean {
  const labels = name.split(".");
  return name.length <= 253 && labels.every((label) => LABEL.test(label)) &&
    !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "");
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
