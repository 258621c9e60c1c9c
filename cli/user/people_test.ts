import assert from "node:assert/strict";
import { commonNameDer, nameToText } from "../../core/x509/name.ts";
import { nameFromText } from "../../core/x509/name_text.ts";
import { commonNameIn } from "./people.ts";

Deno.test("commonNameIn() finds the name that was given, whatever is in it", () => {
  for (const name of ["Bob", "Bob, Jr", 'a+b;c"d', "a\\,CN=b", "#1", " x ", "CN=y"]) {
    assert.equal(commonNameIn(nameToText(commonNameDer(name))), name);
  }
});

Deno.test("commonNameIn() takes no other part of a subject for it", () => {
  for (const subject of ["O=a\\,CN=Bob", "O=a\\+CN=Bob", "OU=CN=Bob", "O=a", ""]) {
    const text = subject === "" ? "" : nameToText(nameFromText(subject));
    assert.equal(commonNameIn(text), text);
  }
  assert.equal(commonNameIn("CN=Bob,O=a\\,CN=Eve"), "Bob");
  assert.equal(commonNameIn("UID=7+CN=Bob,O=a"), "Bob");
  assert.equal(commonNameIn("CN=a\\1bb"), "a\\1bb");
});
