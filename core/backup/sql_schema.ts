/**
 * The statements that define tables and indexes, as far as they are safe to run when somebody else wrote them: names,
 * types, keys, uniqueness and constant defaults. Nothing that computes, refers to another table, or acts later: no
 * CHECK, GENERATED, REFERENCES, ON CONFLICT, AS SELECT, expression, trigger, view or virtual table.
 *
 *     CREATE TABLE name ( column, … , PRIMARY KEY (key, …) , UNIQUE (key, …) ) [WITHOUT ROWID] [, STRICT] ;
 *     column:  name [type] [PRIMARY KEY [ASC | DESC] [AUTOINCREMENT]] [NOT NULL] [UNIQUE] [COLLATE c] [DEFAULT
 *     constant]
 *     CREATE [UNIQUE] INDEX name ON table ( key, … ) [WHERE column IS [NOT] NULL] ;
 *     key:     name [COLLATE c] [ASC | DESC]
 */
import { CaucaseError, malformed } from "../errors.ts";
import { type Token, tokensOf } from "./sql_tokens.ts";

/** Characters that such a statement may have. */
export const MAX_DEFINITION = 65_536;

export type Definition =
  | { readonly kind: "createTable"; readonly name: string }
  | { readonly kind: "createIndex"; readonly name: string; readonly table: string };

const COLLATIONS = ["BINARY", "NOCASE", "RTRIM"];
const CONSTANTS = ["NULL", "TRUE", "FALSE"];
/** A bare word of these is never part of a type, nor a column's name. */
const NO_TYPE = [
  ...["AS", "CHECK", "COLLATE", "CONSTRAINT", "DEFAULT", "FOREIGN", "GENERATED", "NOT", "NULL", "ON", "PRIMARY"],
  ...["REFERENCES", "UNIQUE", "ALWAYS"],
];

/**
 * What `sql` defines; it is one statement with its semicolon.
 * @throws `malformed` for all other SQL, with a reason that can follow the statement's place
 */
export function parseDefinition(sql: string): Definition {
  if (sql.length > MAX_DEFINITION) throw malformed(`a definition has more than ${MAX_DEFINITION} characters`);
  const parser = new DefinitionParser(tokensOf(sql));
  return parser.definition();
}

/** Whether `parseDefinition` takes it. */
export function isDefinition(sql: string): boolean {
  try {
    parseDefinition(sql);
    return true;
  } catch (error) {
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}

class DefinitionParser {
  #index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  definition(): Definition {
    this.#require("CREATE");
    const found = this.#accept("TABLE") ? this.#table() : this.#uniqueIndex();
    this.#require(";");
    if (this.#index < this.tokens.length) throw malformed("there is more than one statement");
    return found;
  }

  #table(): Definition {
    const name = this.#newName();
    this.#list(() => this.#tableConstraint() || this.#column());
    if (this.#peek("WITHOUT") || this.#peek("STRICT")) {
      do this.#tableOption(); while (this.#accept(","));
    }
    return { kind: "createTable", name };
  }

  #tableOption(): void {
    if (this.#accept("WITHOUT")) this.#require("ROWID");
    else this.#require("STRICT");
  }

  #uniqueIndex(): Definition {
    this.#accept("UNIQUE");
    this.#require("INDEX");
    const name = this.#newName();
    this.#require("ON");
    const table = this.#name();
    this.#list(() => this.#key());
    if (this.#accept("WHERE")) {
      this.#name();
      this.#require("IS");
      this.#accept("NOT");
      this.#require("NULL");
    }
    return { kind: "createIndex", name, table };
  }

  #column(): void {
    this.#name();
    this.#type();
    while (this.#columnConstraint());
  }

  #type(): void {
    let words = 0;
    while (this.#isTypeWord()) {
      this.#index++;
      words++;
    }
    if (words > 0 && this.#peek("(")) this.#list(() => this.#signedNumber());
  }

  #columnConstraint(): boolean {
    if (this.#accept("PRIMARY")) {
      this.#require("KEY");
      this.#order();
      this.#accept("AUTOINCREMENT");
    } else if (this.#accept("NOT")) this.#require("NULL");
    else if (this.#accept("COLLATE")) this.#oneOf(COLLATIONS);
    else if (this.#accept("DEFAULT")) this.#constant();
    else return this.#accept("UNIQUE");
    return true;
  }

  #tableConstraint(): boolean {
    if (this.#accept("PRIMARY")) this.#require("KEY");
    else if (!this.#accept("UNIQUE")) return false;
    this.#list(() => this.#key());
    return true;
  }

  #key(): void {
    this.#name();
    if (this.#accept("COLLATE")) this.#oneOf(COLLATIONS);
    this.#order();
  }

  #order(): void {
    if (!this.#accept("ASC")) this.#accept("DESC");
  }

  #constant(): void {
    const token = this.tokens[this.#index];
    if (token?.kind === "text") this.#index++;
    else if (token?.kind === "word") this.#oneOf(CONSTANTS);
    else this.#signedNumber();
  }

  #signedNumber(): void {
    if (!this.#accept("-")) this.#accept("+");
    if (this.tokens[this.#index++]?.kind !== "number") throw malformed("there is no constant where one must be");
  }

  /** One `item` or more in parentheses, with commas between. */
  #list(item: () => void): void {
    this.#require("(");
    do item(); while (this.#accept(","));
    this.#require(")");
  }

  /** The name of what is defined. Those that begin with sqlite_ are SQLite's own. */
  #newName(): string {
    const name = this.#name();
    if (/^sqlite_/i.test(name)) throw malformed("it defines a name that SQLite reserves");
    return name;
  }

  #name(): string {
    const token = this.tokens[this.#index++];
    const isName = token?.kind === "name" || token?.kind === "text" ||
      (token?.kind === "word" && !NO_TYPE.includes(token.text.toUpperCase()));
    if (!isName) throw malformed("there is no name where one must be");
    return token.text;
  }

  #isTypeWord(): boolean {
    const token = this.tokens[this.#index];
    return token?.kind === "word" && !NO_TYPE.includes(token.text.toUpperCase());
  }

  #oneOf(words: readonly string[]): void {
    if (!words.some((word) => this.#accept(word))) throw malformed(`there is none of ${words.join(", ")}`);
  }

  /** Whether a bare keyword or mark comes next. */
  #peek(expected: string): boolean {
    const token = this.tokens[this.#index];
    return (token?.kind === "word" || token?.kind === "mark") && token.text.toUpperCase() === expected;
  }

  #accept(expected: string): boolean {
    const found = this.#peek(expected);
    if (found) this.#index++;
    return found;
  }

  #require(expected: string): void {
    if (!this.#accept(expected)) throw malformed(`there is no ${expected} where one must be`);
  }
}
