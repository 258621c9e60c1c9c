/** What the manual says about `caucase manual`. */
import { EXIT_STATUS, type Prose } from "./prose.ts";

export const manualManual: Prose = {
  description: [
    "Prints a page in the format of man: for people who have the program alone. Packages bring the same pages along.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [
    ["To read a page:", "caucase manual client | man -l -"],
    [
      "To keep it:",
      "mkdir -p ~/.local/share/man/man1\ncaucase manual client > ~/.local/share/man/man1/caucase-client.1",
    ],
  ],
  seeAlso: ["completion"],
};
