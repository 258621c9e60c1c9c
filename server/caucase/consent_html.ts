/** The page that asks a person whether another site may use this server in their name: markup only, no script. */
import { utf8 } from "../../core/bytes.ts";
import type { Answer } from "../http/exchange.ts";

export interface ConsentQuestion {
  /** The origin that asks. */
  readonly origin: string;
  /** Our HTTPS origin, as the person reaches it. */
  readonly server: string;
  readonly returnTo: string;
  /** Proof, for the post, that this form was shown. */
  readonly token: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 38rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.4rem; line-height: 1.25; }
strong, code { overflow-wrap: anywhere; }
dl { border: 1px solid #8886; border-radius: .5rem; margin: 1.5rem 0; padding: 1rem 1.25rem; }
dt { font-size: .85rem; opacity: .75; }
dd { margin: 0 0 .75rem; }
dd:last-child { margin: 0; }
.choices { align-items: center; display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.5rem 0; }
button { border: 1px solid #8888; border-radius: .4rem; cursor: pointer; font: inherit; padding: .5rem 1.1rem; }
.note { font-size: .85rem; opacity: .75; }
`;

const styleHash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(STYLE))).toBase64();

/**
 * `form-action` names schemes, not hosts: browsers hold the redirect after the post, and those that follow it, to it
 * too. `Referrer-Policy` is not `no-referrer`: browsers would then post our own form with the origin `null`.
 */
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "form-action https: http:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** The page, with everything that came from outside shown as text. */
export function consentPage({ origin, server, returnTo, token }: ConsentQuestion): Answer {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Allow a site to use this certificate authority?</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Allow ${escapeHtml(origin)} to use this certificate authority in your name?</h1>
<dl>
<dt>Who asks</dt><dd><strong>${escapeHtml(origin)}</strong></dd>
<dt>For which server</dt><dd><strong>${escapeHtml(server)}</strong></dd>
<dt>Where you go afterwards</dt><dd><code>${escapeHtml(returnTo)}</code></dd>
</dl>
<p>If you grant access, pages of that site can do here what your browser can do. If your browser holds a user
certificate of this certificate authority, that includes signing, rejecting and revoking. Grant it only to a site that
you trust.</p>
<p>Your decision is remembered in this browser, for a year at most.</p>
<form method="post" action="/cors">
<input type="hidden" name="origin" value="${escapeHtml(origin)}">
<input type="hidden" name="return_to" value="${escapeHtml(returnTo)}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<div class="choices">
<button name="grant" value="0">Deny access</button>
<button name="grant" value="1">Grant access</button>
<a href="${escapeHtml(returnTo)}" rel="noreferrer">Go back without deciding</a>
</div>
</form>
<p class="note">If you have granted access before and are asked again, your browser may be blocking
third-party cookies.</p>
</main>
</body>
</html>
`;
  return { status: 200, headers: HEADERS, body };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML text or as an attribute's value in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
