/** The routes of ACME (RFC 8555 7.1), after the site's prefix. */
import type { TableRoute } from "../http/route_table.ts";

/** Stands before the paths of all routes. */
export const ACME_PREFIX = "/acme";

/**
 * Who may take a route: anybody, unsigned; whoever signs with the key that is in the request; an account; or either of
 * the latter two. All but the first are POST, and nothing but their signature lets them in.
 */
export const ACME_ACCESS = ["open", "key", "account", "signed"] as const;
export type AcmeAccess = typeof ACME_ACCESS[number];

export const ACME_ROUTES = {
  directory: { method: "GET", path: "/directory", access: "open", secure: true },
  newNonce: { method: "GET", path: "/new-nonce", access: "open", secure: true },
  headNonce: { method: "HEAD", path: "/new-nonce", access: "open", secure: true },
  newAccount: { method: "POST", path: "/new-account", access: "key", secure: true },
  account: { method: "POST", path: "/account/{id}", access: "account", secure: true },
  orders: { method: "POST", path: "/account/{id}/orders", access: "account", secure: true },
  newOrder: { method: "POST", path: "/new-order", access: "account", secure: true },
  order: { method: "POST", path: "/order/{id}", access: "account", secure: true },
  finalize: { method: "POST", path: "/order/{id}/finalize", access: "account", secure: true },
  authorization: { method: "POST", path: "/authz/{id}", access: "account", secure: true },
  challenge: { method: "POST", path: "/challenge/{id}", access: "account", secure: true },
  certificate: { method: "POST", path: "/certificate/{id}", access: "account", secure: true },
  revoke: { method: "POST", path: "/revoke-cert", access: "signed", secure: true },
  keyChange: { method: "POST", path: "/key-change", access: "account", secure: true },
  renewalInfo: { method: "GET", path: "/renewal-info/{id}", access: "open", secure: true },
} as const satisfies Readonly<Record<string, TableRoute<AcmeAccess>>>;
