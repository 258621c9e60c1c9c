/** What the manual says about `caucase completion`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const completionManual: Prose = {
  description: [
    "Prints a script for the shell. `caucase completion --help` says how to try it, and where to keep it. It is made from the " +
    "options of this version: make it anew after an update.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [["In the bash or zsh that runs:", 'eval "$(caucase completion bash)"']],
  seeAlso: ["manual"],
};
