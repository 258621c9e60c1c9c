/** Chromium for tests, as a person runs it. */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import * as path from "node:path";
import { chromiumPath } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { type ForeignSite, startForeignSite } from "./foreign_site.ts";

/**
 * Consent lives in a cookie that is sent along with other sites' requests. This build of Chromium blocks such cookies
 * by default.
 */
const PREFERENCES = { profile: { cookie_controls_mode: 0 } };

export interface BrowserScene {
  /** A page of the foreign site is open in it. */
  readonly page: Page;
  readonly site: ForeignSite;
  /** Where the server keeps its files. */
  readonly folder: string;
}

/** A test in a browser with a profile of its own; left out, with a line that says so, where there is no Chromium. */
export function browserTest(name: string, body: (scene: BrowserScene) => Promise<void>): void {
  const executablePath = chromiumPath();
  Deno.test({
    name,
    ignore: executablePath === undefined,
    fn: async () => {
      await using folder = await tempFolder();
      await using site = startForeignSite();
      const context = await openBrowser(path.join(folder.path, "profile"), executablePath ?? "");
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        await page.goto(site.origin);
        await body({ page, site, folder: folder.path });
      } finally {
        await context.close();
      }
    },
  });
}

async function openBrowser(profile: string, executablePath: string): Promise<BrowserContext> {
  await Deno.mkdir(path.join(profile, "Default"), { recursive: true });
  await Deno.writeTextFile(path.join(profile, "Default", "Preferences"), JSON.stringify(PREFERENCES));
  return await chromium.launchPersistentContext(profile, {
    executablePath,
    // The HTTP CA is private, and nobody has installed it here.
    ignoreHTTPSErrors: true,
    // Chromium refuses to run as root with its sandbox, which containers usually are.
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
}
