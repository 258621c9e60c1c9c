/** A line that is typed without being shown: what the keys do while the terminal leaves everything to us. */
import { fromUtf8, utf8 } from "../core/bytes.ts";
import { malformed } from "../core/errors.ts";

const KEY = {
  interrupt: 0x03,
  endOfInput: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  delete: 0x7f,
};

/** What the keys have come to: still typing, done, or given up. */
export type HiddenLineState = "typing" | "entered" | "interrupted";

export class HiddenLine {
  #bytes: number[] = [];
  #state: HiddenLineState = "typing";

  get state(): HiddenLineState {
    return this.#state;
  }

  /** What was typed. Throws `malformed` when it is not UTF-8. */
  get text(): string {
    try {
      return fromUtf8(Uint8Array.from(this.#bytes));
    } catch {
      throw malformed("what was typed is not UTF-8");
    }
  }

  /** Takes bytes as the terminal sends them; those after the end of the line are left aside. */
  type(bytes: Uint8Array): void {
    for (const byte of bytes) if (this.#state === "typing") this.#press(byte);
  }

  #press(byte: number): void {
    switch (byte) {
      case KEY.enter:
      case KEY.lineFeed:
      case KEY.endOfInput:
        this.#state = "entered";
        break;
      case KEY.interrupt:
        this.#state = "interrupted";
        break;
      case KEY.clear:
        this.#bytes = [];
        break;
      case KEY.backspace:
      case KEY.delete:
        this.#eraseCharacter();
        break;
      default:
        this.#bytes.push(byte);
    }
  }

  /** A character of UTF-8 is one byte that begins it and those that go on. */
  #eraseCharacter(): void {
    const characters = Array.from(new TextDecoder().decode(Uint8Array.from(this.#bytes)));
    this.#bytes = [...utf8(characters.slice(0, -1).join(""))];
  }
}
