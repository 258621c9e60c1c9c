/**
 * The whole HTTP interface, as one table. The router, `Allow`, the self-description (HAL), the client's paths and the cross-origin
 * rules all come from it. A segment in braces is a parameter; `{ca}` is `cau` or `cas`.
 */

/** Who may: anyone; whoever holds a valid user certificate; the message in the body decides; a person's browser. */
export type Access = "anyone" | "user" | "message" | "person";

/** Which other origins may: all, those that a person consented to, or none. */
export type CrossOrigin = "any" | "consent" | "none";

interface RouteShape {
  readonly method: "GET" | "PUT" | "DELETE" | "POST";
  readonly path: string;
  readonly access: Access;
  readonly origins: CrossOrigin;
  /** Name, kind and title in the self-description; absent where the route is not in it. */
  readonly hal?: { readonly name: string; readonly title: string; readonly href?: string };
}

export const ROUTES = {
  root: { method: "GET", path: "/", access: "anyone", origins: "any" },
  corsPage: { method: "GET", path: "/cors", access: "person", origins: "consent" },
  corsDecide: { method: "POST", path: "/cors", access: "person", origins: "none" },
  caRoot: { method: "GET", path: "/{ca}", access: "anyone", origins: "any" },
  crlList: get(
    "/{ca}/crl",
    "getCertificateRevocationListList",
    "Current revocation lists of all valid CA certificates",
  ),
  crl: get(
    "/{ca}/crl/{authority_key_id}",
    "getCertificateRevocationList",
    "Current revocation list of one CA certificate",
  ),
  pendingList: {
    ...get("/{ca}/csr", "getPendingCertificateRequestList", "Pending certificate signing requests"),
    access: "user",
  },
  request: get("/{ca}/csr/{csr_id}", "getCertificateSigningRequest", "One certificate signing request"),
  certificate: get("/{ca}/crt/{csr_id}", "getCertificate", "The certificate issued for a request"),
  caCertificate: get("/{ca}/crt/ca.crt.pem", "getCACertificate", "The oldest valid CA certificate"),
  caChain: get(
    "/{ca}/crt/ca.crt.json",
    "getCACertificateChain",
    "The signed chain from the oldest CA certificate to the newest",
  ),
  submit: act("PUT", "/{ca}/csr", "anyone", "createCertificateSigningRequest", "Submit a certificate signing request"),
  reject: act("DELETE", "/{ca}/csr/{csr_id}", "user", "deletePendingCertificateRequest", "Reject a pending request"),
  sign: {
    ...act("PUT", "/{ca}/crt/{csr_id}", "user", "createCertificate", "Sign a pending request"),
    hal: { name: "createCertificate", title: "Sign a pending request", href: "/{ca}/crt/{crt_id}" },
  },
  renew: act("PUT", "/{ca}/crt/renew", "message", "renewCertificate", "Renew a certificate with a new key"),
  revoke: act("PUT", "/{ca}/crt/revoke", "message", "revokeCertificate", "Revoke a certificate"),
} as const satisfies Record<string, RouteShape>;

export type RouteName = keyof typeof ROUTES;
export type Route = RouteShape;

function get<const Path extends string>(path: Path, name: string, title: string) {
  return { method: "GET", path, access: "anyone", origins: "consent", hal: { name, title } } as const;
}

function act<const Method extends "PUT" | "DELETE", const Path extends string, const Who extends Access>(
  method: Method,
  path: Path,
  access: Who,
  name: string,
  title: string,
) {
  return { method, path, access, origins: "consent", hal: { name, title } } as const;
}
