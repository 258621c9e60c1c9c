/** The servers that are measured, in the order of columns. */
export const PROGRAM_NAMES = ["ours", "step-ca", "reference"] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];
