/** `caucase ca rollover-plan` */
import { newestUsable, newIssuerDueAt } from "../../core/ca/lifecycle.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { timeToText } from "../../core/utc_time.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { EXIT } from "../exit_status.ts";
import { printJson } from "../output/json.ts";
import { tableLines } from "../output/table.ts";
import { dayText, relativeText } from "../output/times.ts";
import { connect } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine, screenWidth } from "../terminal.ts";
import { caRolloverPlanCommand } from "./command.ts";
import { lifeSpanOf, phasedIssuers } from "./issuers.ts";

/** Something that happens to a CA's certificates. */
export interface PlannedStep {
  readonly ca: PublicCa;
  /** Unix seconds. */
  readonly at: number;
  readonly kind: "made" | "signs" | "ends";
  /** Of the CA certificate that it is about; null for one that is not made yet. */
  readonly keyIdentifier: string | null;
}

/** Tells the plan. Resolves with the exit status. */
export async function caRolloverPlan(args: readonly string[]): Promise<number> {
  const command = caRolloverPlanCommand();
  parseArguments(command, args);
  const { json = false, ...connection } = command.opts();
  const server = await connect(connection);
  const steps = [
    ...plannedSteps("cas", await server.authorities("cas"), server.now),
    ...plannedSteps("cau", await server.authorities("cau"), server.now),
  ];
  if (json) {
    printJson(steps.map((step) => ({ ...step, at: timeToText(step.at) })));
    return EXIT.ok;
  }
  const columns = [
    { title: "CA", text: ({ ca }: PlannedStep) => ca.toUpperCase() },
    { title: "DAY", text: ({ at }: PlannedStep) => dayText(at) },
    { title: "", text: ({ at }: PlannedStep) => relativeText(at, server.now) },
    { title: "WHAT", text: stepText, isElastic: true },
  ];
  for (const line of tableLines(columns, steps, screenWidth())) printLine(line);
  return EXIT.ok;
}

/** What comes, in its order, up to when the next CA certificate signs. Days that are over are left out. */
export function plannedSteps(ca: PublicCa, authorities: readonly Certificate[], now: number): PlannedStep[] {
  const issuers = phasedIssuers(authorities, now).map(({ certificate }) => certificate);
  const last = newestUsable(issuers, now);
  if (last === undefined) return [];
  const lifeSpan = lifeSpanOf(last);
  const made = Math.max(now, newIssuerDueAt(issuers, now, lifeSpan));
  const steps: PlannedStep[] = [
    ...issuers.flatMap((one, index): PlannedStep[] => [
      // The first one signed at once; each later one waits until everybody has fetched it.
      ...(index === 0 ? [] : [step("signs", one.notBefore + lifeSpan, one.keyIdentifier)]),
      step("ends", one.notAfter, one.keyIdentifier),
    ]),
    step("made", made, null),
    step("signs", made + lifeSpan, null),
  ];
  return steps.filter(({ at }) => at >= now).toSorted((a, b) => a.at - b.at);

  function step(kind: PlannedStep["kind"], at: number, keyIdentifier: string | null): PlannedStep {
    return { ca, at, kind, keyIdentifier };
  }
}

function stepText({ kind, keyIdentifier }: PlannedStep): string {
  const which = keyIdentifier === null ? "the next CA certificate" : `the CA certificate ${keyIdentifier.slice(0, 8)}…`;
  switch (kind) {
    case "made":
      return `${which} is made: everybody fetches it from now on`;
    case "signs":
      return `${which} signs from now on`;
    case "ends":
      return `${which} ends: all that it signed has ended before`;
  }
}
