/** All sections of docs/threat-model.md, in its order. */
import { ACTING } from "./acting.ts";
import { CHANGING } from "./changing.ts";
import { FAULTS } from "./faults.ts";
import { IMPERSONATING } from "./impersonating.ts";
import { KEEPING } from "./keeping.ts";
import { LIBRARIES, LIBRARY_FAULTS, LIBRARY_MEMORY } from "./libraries.ts";
import { REQUESTING } from "./requesting.ts";
import { STOPPING } from "./stopping.ts";
import { VALIDATING, VALIDATING_SLOWLY } from "./validating.ts";
import type { Section } from "./threat.ts";

export const SECTIONS: readonly Section[] = [
  { heading: "Acting as somebody else", threats: [...ACTING, ...IMPERSONATING] },
  { heading: "Getting something signed, renewed or revoked", threats: [...CHANGING, ...REQUESTING, ...VALIDATING] },
  { heading: "Stopping or slowing the server", threats: [...STOPPING, ...LIBRARY_MEMORY, ...VALIDATING_SLOWLY] },
  { heading: "Faults that must cost nothing", heads: ["fault", "borne by"], threats: [...FAULTS, ...LIBRARY_FAULTS] },
  { heading: "Files, memory and backups", threats: [...KEEPING, ...LIBRARIES] },
];
