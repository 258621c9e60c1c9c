/**
 * Other sites and a person's consent, in a real browser: what scripts can read, what the person sees, what is
 * remembered.
 */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { startServer } from "../support/server_process.ts";
import { browserTest } from "./browser.ts";
import { callFrom, consentAddress, type ForeignSite, startForeignSite } from "./foreign_site.ts";

const RESOURCE = "/cas/crt/ca.crt.pem";

/** The site's script finds out where to ask, and sends the person there. */
async function askForConsent(page: Page, site: ForeignSite, url: string): Promise<void> {
  await page.goto(consentAddress(await callFrom(page, url), `${site.origin}/back`));
}

/** The person clicks, and is back at the site. */
async function choose(page: Page, site: ForeignSite, button: "Grant access" | "Deny access"): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(`${site.origin}/back`);
}

browserTest(
  "a script of another site reads the challenge, and the resource once the person granted access",
  async (scene) => {
    const { page, site, folder } = scene;
    await using server = await startServer({ folder });
    const url = server.httpsUrl + RESOURCE;
    const challenged = await callFrom(page, url);
    ok(challenged !== "unreadable" && challenged.status === 401);
    const encoded = encodeURIComponent(site.origin);
    equal(challenged.challenge, `cors url="${server.httpsUrl}/cors?origin=${encoded}{&return}"`);

    await askForConsent(page, site, url);
    await choose(page, site, "Grant access");
    const answer = await callFrom(page, url);
    ok(answer !== "unreadable" && answer.status === 200 && answer.text.startsWith("-----BEGIN CERTIFICATE-----"));
  },
);

browserTest(
  "the page shows who asks, for which server, and where the person goes, as text and in its own style",
  async (scene) => {
    const { page, site, folder } = scene;
    await using server = await startServer({ folder });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    const back = `${site.origin}/"><script>document.title="owned"</script><b>`;
    await page.goto(`${server.httpsUrl}/cors?${new URLSearchParams({ origin: site.origin, return: back })}`);

    const text = await page.locator("main").innerText();
    for (const shown of [site.origin, server.httpsUrl, back]) ok(text.includes(shown), `${shown} in ${text}`);
    notEqual(await page.title(), "owned");
    equal(await page.locator("main b").count(), 0);
    equal((await page.locator("main").boundingBox())?.width, 608);
    deepEqual(complaints, []);
  },
);

browserTest("an origin that was denied access stays denied until the person decides otherwise", async (scene) => {
  const { page, site, folder } = scene;
  await using server = await startServer({ folder });
  const url = server.httpsUrl + RESOURCE;
  await askForConsent(page, site, url);
  const question = page.url();
  await choose(page, site, "Deny access");
  // A refusal, unlike a challenge, is not for the site's script.
  equal(await callFrom(page, url), "unreadable");
  await page.goto(question);
  await choose(page, site, "Grant access");
  const answer = await callFrom(page, url);
  equal(answer !== "unreadable" && answer.status, 200);
});

browserTest("going back decides nothing", async ({ page, site, folder }) => {
  await using server = await startServer({ folder });
  const url = server.httpsUrl + RESOURCE;
  await askForConsent(page, site, url);
  await page.getByRole("link", { name: "Go back" }).click();
  await page.waitForURL(`${site.origin}/back`);
  const answer = await callFrom(page, url);
  equal(answer !== "unreadable" && answer.status, 401);
  deepEqual(await page.context().cookies(), []);
});

browserTest("consent outlives a restart of the server, and is for one origin only", async ({ page, site, folder }) => {
  await using first = await startServer({ folder });
  const url = first.httpsUrl + RESOURCE;
  await askForConsent(page, site, url);
  await choose(page, site, "Grant access");
  await first.stop();

  await using _second = await first.restart();
  const answer = await callFrom(page, url);
  equal(answer !== "unreadable" && answer.status, 200);
  await using other = startForeignSite();
  await page.goto(other.origin);
  const stranger = await callFrom(page, url);
  equal(stranger !== "unreadable" && stranger.status, 401);
});

browserTest("requests that need a preflight get past it, before consent and after", async ({ page, site, folder }) => {
  await using server = await startServer({ folder });
  const url = `${server.httpsUrl}/cas/csr`;
  const put = { method: "PUT", headers: { "Content-Type": "application/pkcs10" }, body: "no request" };
  const before = await callFrom(page, url, put);
  equal(before !== "unreadable" && before.status, 401);
  await askForConsent(page, site, server.httpsUrl + RESOURCE);
  await choose(page, site, "Grant access");
  const after = await callFrom(page, url, put);
  ok(after !== "unreadable" && after.status !== 401);
});

browserTest("the page cannot be framed", async ({ page, site, folder }) => {
  await using server = await startServer({ folder });
  const address = `${server.httpsUrl}/cors?${new URLSearchParams({ origin: site.origin, return: site.origin })}`;
  await using framing = startForeignSite(`<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`);
  await page.goto(framing.origin, { waitUntil: "load" });
  const frame = page.frames().find((each) => each !== page.mainFrame());
  ok(frame !== undefined);
  equal(await frame.getByRole("button").count(), 0);
  ok(frame.url().startsWith("chrome-error:"), frame.url());
});

browserTest(
  "another site cannot post the form, not even with a token that it fetched",
  async ({ page, site, folder }) => {
    await using server = await startServer({ folder });
    const back = `${site.origin}/back`;
    await page.goto(`${server.httpsUrl}/cors?${new URLSearchParams({ origin: site.origin, return: back })}`);
    const token = await page.locator("input[name=token]").inputValue();
    await using forging = startForeignSite(`<form method="post" action="${server.httpsUrl}/cors">
    <input name="origin" value="${site.origin}"><input name="return_to" value="${back}">
    <input name="token" value="${token}"><button name="grant" value="1">Win</button></form>`);
    await page.goto(forging.origin);
    const [answer] = await Promise.all([
      page.waitForResponse(`${server.httpsUrl}/cors`),
      page.getByRole("button", { name: "Win" }).click(),
    ]);
    equal(answer.status(), 403);
    deepEqual(await page.context().cookies(), []);
  },
);
