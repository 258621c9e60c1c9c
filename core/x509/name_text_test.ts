import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import { commonNameDer, nameToText } from "./name.ts";
import { nameFromText } from "./name_text.ts";

Deno.test("nameFromText() writes what nameToText() reads", () => {
  const texts: [given: string, shown: string][] = [
    ["CN=host.example.com", "CN=host.example.com"],
    ["CN=host.example.com,O=Example,C=DE", "CN=host.example.com,O=Example,C=DE"],
    [" cn = a , o = b ", "CN=a,O=b"],
    ["CN=a\\,b,O=x\\+y", "CN=a\\,b,O=x\\+y"],
    ["CN=a+UID=7", "UID=7+CN=a"],
    ["CN=L\\C3\\BCneburg", "CN=Lüneburg"],
    ["CN=ends with a space\\ ", "CN=ends with a space\\ "],
    ["1.2.3.4=value", "1.2.3.4=value"],
    ["emailAddress=a@example.com", "1.2.840.113549.1.9.1=a@example.com"],
    ["DC=example,DC=com", "DC=example,DC=com"],
  ];
  for (const [given, shown] of texts) {
    const text = nameToText(nameFromText(given));
    assert.deepEqual(text.split("+").toSorted(), shown.split("+").toSorted(), given);
  }
  assert.deepEqual(nameFromText("CN=host"), commonNameDer("host"));
});

Deno.test("nameFromText() refuses what is no name, and says what", () => {
  const cases: [text: string, reason: RegExp][] = [
    ["", /empty/],
    ["host.example.com", /not a part of a name/],
    ["CN=a,", /not a part of a name/],
    ["XX=a", /not a part of a name/],
    ["CN=", /cannot be used/],
    ['CN="quoted"', /cannot be used/],
    ["CN=#0401", /cannot be used/],
    ["C=Ä", /characters that its type does not allow/],
    ["CN=\\ff", /not UTF-8/],
    ["3.1=a", /not an object identifier/],
    ["1.40=a", /not an object identifier/],
  ];
  for (const [text, message] of cases) {
    const refused = (error: unknown) => error instanceof CaucaseError && message.test(error.message);
    assert.throws(() => nameFromText(text), refused, text);
  }
});

Deno.test("nameFromText() takes every common name that nameToText() shows", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (commonName) => {
    const name = commonNameDer(commonName);
    assert.deepEqual(nameFromText(nameToText(name)), name);
  }));
});
