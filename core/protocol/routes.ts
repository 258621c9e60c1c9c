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
  readonly hal?: { readonly name: string; readonly title: string };
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
  submit: act(
    { method: "PUT", path: "/{ca}/csr", access: "anyone" },
    "createCertificateSigningRequest",
    "Submit a certificate signing request",
  ),
  reject: act(
    { method: "DELETE", path: "/{ca}/csr/{csr_id}", access: "user" },
    "deletePendingCertificateRequest",
    "Reject a pending request",
  ),
  sign: act(
    { method: "PUT", path: "/{ca}/crt/{crt_id}", access: "user" },
    "createCertificate",
    "Sign a pending request",
  ),
  renew: act(
    { method: "PUT", path: "/{ca}/crt/renew", access: "message" },
    "renewCertificate",
    "Renew a certificate with a new key",
  ),
  revoke: act(
    { method: "PUT", path: "/{ca}/crt/revoke", access: "message" },
    "revokeCertificate",
    "Revoke a certificate",
  ),
} as const satisfies Record<string, RouteShape>;

export type RouteName = keyof typeof ROUTES;
export type Route = RouteShape;

function get<const Path extends string>(path: Path, name: string, title: string) {
  return { method: "GET", path, access: "anyone", origins: "consent", hal: { name, title } } as const;
}

function act<
  const Operation extends { readonly method: "PUT" | "DELETE"; readonly path: string; readonly access: Access },
>(
  operation: Operation,
  name: string,
  title: string,
) {
  return { ...operation, origins: "consent", hal: { name, title } } as const;
}
