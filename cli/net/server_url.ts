/** Where a server's operations are: from its base URL and the route table. */
import { CaucaseError } from "../../core/errors.ts";
import { httpsPortBeside } from "../../core/protocol/netloc.ts";
import type { PublicCa, Route } from "../../core/protocol/routes.ts";

/** There is none after it for HTTPS. */
const LAST_PORT = "65535";

/**
 * The base URL of a server; a path in it is kept. `name` is the option or argument that it was given as.
 * @throws `usage` when it is no HTTP URL
 */
export function parseServerUrl(text: string, name: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "http:" || url.port === LAST_PORT) {
    throw new CaucaseError("usage", `${name}: ${JSON.stringify(text)} is not an http: URL of a server`, {
      hint: "HTTPS is found on the next port by itself",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new CaucaseError("usage", `${name}: there must be no name or password in the URL`, {
      hint: "users are known by their certificates: see --user-key",
    });
  }
  return url;
}

export interface RouteCall {
  readonly route: Route;
  readonly ca: PublicCa;
  /** What goes in the place of the route's other parameter. */
  readonly id?: string | undefined;
  /** By HTTPS, on the port beside HTTP's. */
  readonly secure?: boolean;
}

export function operationUrl(base: URL, { route, ca, id = "", secure = false }: RouteCall): URL {
  const url = new URL(base);
  const filled = route.path.replace("{ca}", ca).replace(/\{\w+\}/, encodeURIComponent(id));
  url.pathname = url.pathname.replace(/\/+$/, "") + filled;
  url.search = "";
  url.hash = "";
  return secure ? byHttps(url) : url;
}

/** Where ACME clients begin. */
export function acmeDirectoryUrl(base: URL): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/acme/directory`;
  return byHttps(url);
}

function byHttps(plain: URL): URL {
  const url = new URL(plain);
  const port = httpsPortBeside(url.port === "" ? 80 : Number(url.port));
  url.protocol = "https:";
  url.port = `${port}`;
  return url;
}
