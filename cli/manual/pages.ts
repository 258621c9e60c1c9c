/** All pages of the manual. */
import { PROGRAM_SUMMARY, programCommand } from "../overview.ts";
import { SUBCOMMANDS } from "../subcommands.ts";
import { VERSION } from "../version.ts";
import { manualPage, pageName } from "./page.ts";
import { programManual } from "./program_manual.ts";

/** By name: `caucase`, `caucase-client`. All are of section 1. */
export async function manualPages(): Promise<ReadonlyMap<string, string>> {
  const program = { name: "caucase", summary: PROGRAM_SUMMARY, table: programCommand(), prose: programManual };
  const pages = new Map([["caucase", manualPage({ ...program, subcommands: SUBCOMMANDS, version: VERSION })]]);
  for (const { name, summary, table, prose } of SUBCOMMANDS) {
    const source = { name: `caucase ${name}`, summary, table: await table(), prose: await prose(), version: VERSION };
    pages.set(pageName(source.name), manualPage(source));
  }
  return pages;
}
