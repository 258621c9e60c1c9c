/**
 * The whole HTTP interface, as one table. The router, `Allow`, the self-description (HAL), the client's paths and the
 * cross-origin rules all come from it. A segment in braces is a parameter; `{ca}` is `cau` or `cas`.
 */

/** Required rights: none; a valid user certificate; those that the message in the body proves; a person's browser. */
export type Access = "anyone" | "user" | "message" | "person";

/** The CA for users and the CA for services, as `{ca}` in a path names them. */
export type PublicCa = "cau" | "cas";

/** Which other origins may: all, those that a person consented to, or none. */
export type OriginPolicy = "any" | "consent" | "none";

interface RouteShape {
  /** `HEAD` comes with `GET`, `OPTIONS` with every path. */
  readonly method: "GET" | "PUT" | "DELETE" | "POST";
  readonly path: string;
  readonly access: Access;
  readonly origins: OriginPolicy;
  /** There over HTTPS only. */
  readonly secure?: true;
  /** Name and title in the self-description; absent where the route is not in it. */
  readonly hal?: { readonly name: string; readonly title: string };
}

export const ROUTES = {
  root: { method: "GET", path: "/", access: "anyone", origins: "any" },
  corsPage: { method: "GET", path: "/cors", access: "person", origins: "consent" },
  corsDecide: { method: "POST", path: "/cors", access: "person", origins: "none", secure: true },
  caRoot: { method: "GET", path: "/{ca}", access: "anyone", origins: "any" },
  crlList: listed(["GET", "/{ca}/crl", "anyone"], "getCertificateRevocationListList", "All current CRLs"),
  crl: listed(["GET", "/{ca}/crl/{authority_key_id}", "anyone"], "getCertificateRevocationList", "One current CRL"),
  pendingList: listed(["GET", "/{ca}/csr", "user"], "getPendingCertificateRequestList", "All pending requests"),
  request: listed(["GET", "/{ca}/csr/{csr_id}", "anyone"], "getCertificateSigningRequest", "One request"),
  certificate: listed(["GET", "/{ca}/crt/{csr_id}", "anyone"], "getCertificate", "The certificate for a request"),
  caCertificate: listed(
    ["GET", "/{ca}/crt/ca.crt.pem", "anyone"],
    "getCACertificate",
    "The oldest that is valid",
  ),
  caChain: listed(["GET", "/{ca}/crt/ca.crt.json", "anyone"], "getCACertificateChain", "From the oldest to the newest"),
  httpsCa: listed(["GET", "/{ca}/crt/https.json", "anyone"], "getHTTPSCACertificate", "Who vouches for HTTPS"),
  submit: listed(["PUT", "/{ca}/csr", "anyone"], "createCertificateSigningRequest", "Submit a request"),
  reject: listed(["DELETE", "/{ca}/csr/{csr_id}", "user"], "deletePendingCertificateRequest", "Reject a request"),
  sign: listed(["PUT", "/{ca}/crt/{crt_id}", "user"], "createCertificate", "Sign a pending request"),
  renew: listed(["PUT", "/{ca}/crt/renew", "message"], "renewCertificate", "Renew a certificate with a new key"),
  revoke: listed(["PUT", "/{ca}/crt/revoke", "message"], "revokeCertificate", "Revoke a certificate"),
  report: {
    method: "PUT",
    path: "/{ca}/certificates/{serial}/installation",
    access: "message",
    origins: "none",
  },
  register: forUsers("/{ca}/certificates"),
  registered: forUsers("/{ca}/certificates/{serial}"),
  events: forUsers("/{ca}/events"),
  pendingDetails: forUsers("/{ca}/csr/{csr_id}/details"),
  status: forUsers("/status"),
  auditCheckpoint: forUsers("/audit/checkpoint"),
  auditKey: forUsers("/audit/key"),
  eabKeys: forUsers("/eab-keys"),
  createEabKey: { ...forUsers("/eab-keys"), method: "POST" },
  revokeEabKey: { ...forUsers("/eab-keys/{id}"), method: "DELETE" },
  accounts: forUsers("/accounts"),
  account: forUsers("/accounts/{id}"),
  endAccount: { ...forUsers("/accounts/{id}"), method: "DELETE" },
  // Paths of tiles (core/audit/tiles.ts): `000`, then `000.p/7` and `x001/000`, then `x001/000.p/7`.
  auditTile: forUsers("/audit/tile/{level}/{tile}"),
  auditFarTile: forUsers("/audit/tile/{level}/{tile}/{next}"),
  auditFarthestTile: forUsers("/audit/tile/{level}/{tile}/{next}/{last}"),
} as const satisfies Record<string, RouteShape>;

export type RouteName = keyof typeof ROUTES;
export type Route = RouteShape;

/** A route that the self-description lists: reads as links, all else as actions. Its type keeps what is said here. */
function listed<const Method extends RouteShape["method"], const Path extends string, const Who extends Access>(
  [method, path, access]: readonly [Method, Path, Who],
  name: string,
  title: string,
) {
  return { method, path, access, origins: "consent", hal: { name, title } } as const;
}

/** A route of our own for users: over HTTPS, to no other origin, and not in the self-description. */
function forUsers<const Path extends string>(path: Path) {
  return { method: "GET", path, access: "user", secure: true, origins: "none" } as const;
}
