/** All sections of docs/threat-model.md, in its order. */
import { ACTING } from "./acting.ts";
import { AUDITING } from "./auditing.ts";
import { CHANGING } from "./changing.ts";
import { FAULTS } from "./faults.ts";
import { IMPERSONATING } from "./impersonating.ts";
import { KEEPING } from "./keeping.ts";
import { LIBRARIES, LIBRARY_FAULTS, LIBRARY_MEMORY } from "./libraries.ts";
import { MISLEADING } from "./misleading.ts";
import { REPORTING_FAULTS, REPORTING_FOR_OTHERS, REPORTING_TOO_MUCH, REPORTING_WITHOUT_END } from "./reporting.ts";
import { NOTIFYING, NOTIFYING_FAULTS } from "./notifying.ts";
import { ORDERING, ORDERING_TOO_MUCH } from "./ordering.ts";
import { REQUESTING } from "./requesting.ts";
import { STOPPING } from "./stopping.ts";
import { VALIDATING, VALIDATING_SLOWLY } from "./validating.ts";
import { WATCHING, WATCHING_SECRETS } from "./watching.ts";
import type { Section } from "./threat.ts";

export const SECTIONS: readonly Section[] = [
  { heading: "Acting as somebody else", threats: [...ACTING, ...IMPERSONATING, ...REPORTING_FOR_OTHERS] },
  {
    heading: "Getting something signed, renewed or revoked",
    threats: [...CHANGING, ...REQUESTING, ...VALIDATING, ...ORDERING],
  },
  { heading: "Misleading users", threats: MISLEADING },
  {
    heading: "Stopping or slowing the server",
    threats: [
      ...STOPPING,
      ...VALIDATING_SLOWLY,
      ...ORDERING_TOO_MUCH,
      ...REPORTING_WITHOUT_END,
      ...WATCHING,
      ...LIBRARY_MEMORY,
      ...NOTIFYING,
    ],
  },
  {
    heading: "Faults that must cost nothing",
    heads: ["fault", "borne by"],
    threats: [...FAULTS, ...REPORTING_FAULTS, ...LIBRARY_FAULTS, ...NOTIFYING_FAULTS],
  },
  {
    heading: "Files, memory and backups",
    threats: [...KEEPING, ...REPORTING_TOO_MUCH, ...WATCHING_SECRETS, ...LIBRARIES],
  },
  { heading: "Changing what is on record", threats: AUDITING },
];
