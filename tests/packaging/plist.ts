/** Property lists in XML, as far as ours go: dictionaries, arrays, strings, integers and booleans. */

export type PlistValue = string | number | boolean | readonly PlistValue[] | PlistDictionary;

export interface PlistDictionary {
  readonly [key: string]: PlistValue;
}

/** The dictionary that a property list holds. @throws Error for anything else, and for what is not well-formed */
export function parsePlist(text: string): PlistDictionary {
  const tokens = text.replaceAll(/<\?.*?\?>|<!DOCTYPE[^>]*>|<!--.*?-->/gs, "").match(/<[^>]+>|[^<]+/g) ?? [];
  const reader = new TokenReader(tokens.map((token) => token.trim()).filter((token) => token !== ""));
  reader.expect('<plist version="1.0">');
  reader.expect("<dict>");
  const value = reader.dictionary();
  reader.expect("</plist>");
  return value;
}

class TokenReader {
  #next = 0;

  constructor(private readonly tokens: readonly string[]) {}

  expect(token: string): void {
    const found = this.#take();
    if (found !== token) throw new Error(`${token} is missing before ${found}`);
  }

  /** After its opening tag. */
  dictionary(): PlistDictionary {
    return Object.fromEntries(Array.from(this.#until("</dict>"), () => this.#member()));
  }

  #value(): PlistValue {
    const tag = this.#take();
    if (tag === "<true/>" || tag === "<false/>") return tag === "<true/>";
    if (tag === "<string>") return this.#text("</string>");
    if (tag === "<integer>") return parseInt(this.#text("</integer>"), 10);
    if (tag === "<array>") return Array.from(this.#until("</array>"), () => this.#value());
    if (tag === "<dict>") return this.dictionary();
    throw new Error(`a value is missing before ${tag}`);
  }

  #member(): [string, PlistValue] {
    this.expect("<key>");
    return [this.#text("</key>"), this.#value()];
  }

  /** Yields while there is something before `end`, and takes that. */
  *#until(end: string): Generator<void> {
    while (this.tokens[this.#next] !== end) yield;
    this.#next++;
  }

  #text(end: string): string {
    const text = this.#take();
    this.expect(end);
    return text;
  }

  #take(): string {
    const token = this.tokens[this.#next++];
    if (token === undefined) throw new Error("it ends too early");
    return token;
  }
}
