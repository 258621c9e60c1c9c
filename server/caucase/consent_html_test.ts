import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { consentPage, escapeHtml } from "./consent_html.ts";

const QUESTION = {
  origin: "https://foo.example",
  server: "https://ca.example:8010",
  returnTo: "https://foo.example/back?x=1&y=2",
  token: "a.b.c",
};

function htmlOf(question: Partial<typeof QUESTION> = {}): string {
  return String(consentPage({ ...QUESTION, ...question }).body);
}

Deno.test("consentPage() says who asks, for which server, and offers to grant, deny and go back", () => {
  const html = htmlOf();
  for (const shown of ["https://foo.example", "https://ca.example:8010", "https://foo.example/back?x=1&amp;y=2"]) {
    ok(html.includes(`<strong>${shown}</strong>`) || html.includes(`<code>${shown}</code>`), shown);
  }
  match(html, /<form method="post" action="\/cors">/);
  match(html, /<button name="grant" value="0">Deny access<\/button>/);
  match(html, /<button name="grant" value="1">Grant access<\/button>/);
  match(html, /<a href="https:\/\/foo\.example\/back\?x=1&amp;y=2" rel="noreferrer">Go back/);
});

Deno.test("consentPage() posts what it was asked, with the token", () => {
  const fields = [...htmlOf().matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map((field) =>
    field.slice(1)
  );
  deepEqual(fields, [
    ["origin", "https://foo.example"],
    ["return_to", "https://foo.example/back?x=1&amp;y=2"],
    ["token", "a.b.c"],
  ]);
});

Deno.test("consentPage() can run no script, be framed, cached or send on where it came from", () => {
  const { status, headers = {} } = consentPage(QUESTION);
  equal(status, 200);
  const policy = String(headers["Content-Security-Policy"]).split("; ");
  ok(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"));
  ok(!policy.some((directive) => directive.includes("unsafe") || directive.startsWith("script-src")));
  equal(headers["X-Frame-Options"], "DENY");
  equal(headers["Cache-Control"], "no-store");
  equal(headers["Referrer-Policy"], "same-origin");
  equal(headers["X-Content-Type-Options"], "nosniff");
  equal(headers["Content-Type"], "text/html; charset=utf-8");
});

Deno.test("consentPage() has one style, which its policy names by hash, and no script", () => {
  const html = htmlOf();
  const [style = "", ...others] = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => text);
  deepEqual(others, []);
  const hash = createHash("sha256").update(style).digest("base64");
  match(
    String(consentPage(QUESTION).headers?.["Content-Security-Policy"]),
    new RegExp(`'sha256-${RegExp.escape(hash)}'`),
  );
  ok(!/<script|style=|\son\w+=|javascript:/i.test(html));
});

Deno.test("consentPage() shows whatever it is given as text only", () => {
  const plain = htmlOf({ origin: "x", server: "x", returnTo: "x", token: "x" });
  const structure = (html: string) => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
  const hostile = fc.oneof(fc.string(), fc.stringMatching(/^["'<>&=a-z/ ]*$/), fc.constant('"><script>x</script>'));
  fc.assert(fc.property(hostile, hostile, (origin, returnTo) => {
    deepEqual(structure(htmlOf({ origin, returnTo, server: returnTo, token: origin })), structure(plain));
  }));
});

Deno.test("escapeHtml() escapes what ends a text or an attribute", () => {
  equal(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;",
  );
});
