/** Another site: plain pages on an origin of their own, and what their scripts get when they call the server. */
import type { Page } from "playwright-core";

export interface ForeignSite extends AsyncDisposable {
  readonly origin: string;
}

/** Pages at every path of a free port of 127.0.0.1; by its name alone another site than `localhost`. */
export function startForeignSite(html = "<h1>Another site</h1>"): ForeignSite {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(html, { headers }),
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What a script could read of an answer. */
export interface ReadAnswer {
  readonly status: number;
  /** `WWW-Authenticate` */
  readonly challenge: string | null;
  readonly text: string;
}

/** Calls `url` from a script of the page, with cookies. `unreadable` when the browser kept the answer from it. */
export function callFrom(page: Page, url: string, init: RequestInit = {}): Promise<ReadAnswer | "unreadable"> {
  return page.evaluate(async ({ url, init }) => {
    const response = await fetch(url, { ...init, credentials: "include" }).catch(() => undefined);
    if (response === undefined) return "unreadable";
    const challenge = response.headers.get("WWW-Authenticate");
    return { status: response.status, challenge, text: await response.text() };
  }, { url, init });
}

/** The address that a challenge sends the person to, with `return` filled in. */
export function consentAddress(answer: ReadAnswer | "unreadable", returnTo: string): string {
  const template = answer !== "unreadable" && /^cors url="(.*)\{&return\}"$/.exec(answer.challenge ?? "")?.[1];
  if (!template) throw new Error(`no challenge in ${JSON.stringify(answer)}`);
  return `${template}&return=${encodeURIComponent(returnTo)}`;
}
