/** Looks for secrets in whatever form somebody may have let them slip. */
import { bytesToBigInt, concatBytes, utf8 } from "../../core/bytes.ts";
import { openDer } from "../../core/der/reader.ts";
import { TAG } from "../../core/der/tags.ts";
import { pkcs1FromPkcs8 } from "../../core/keys/private_key_format.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";

export interface Secret {
  /** For people; not the secret. */
  readonly name: string;
  /** Texts and bytes any of which gives it away. */
  readonly forms: readonly Uint8Array[];
}

/** A text, as it is and in the encodings that texts get. */
export function secretText(name: string, text: string): Secret {
  return {
    name,
    forms: [utf8(text), utf8(encodeURIComponent(text)), utf8(utf8(text).toHex()), ...base64Forms(utf8(text))],
  };
}

/** The private exponent and both primes of an RSA key: each gives away the rest. */
export function secretsOfKey(name: string, key: PrivateKey): Secret[] {
  const numbers = openDer(pkcs1FromPkcs8(key.pkcs8), TAG.SEQUENCE, name);
  numbers.integer();
  numbers.integer();
  numbers.integer();
  return ["private exponent", "first prime", "second prime"].map((part) => {
    const content = numbers.expect(TAG.INTEGER).content;
    return { name: `${part} of ${name}`, forms: formsOfNumber(content[0] === 0 ? content.subarray(1) : content) };
  });
}

/** Which of `secrets` are in `content`; base64 with its line ends anywhere. */
export function secretsIn(content: Uint8Array, secrets: readonly Secret[]): string[] {
  // Latin-1: one character for each byte, so that bytes can be looked for as text.
  const text = latin1.decode(content);
  const joined = text.replaceAll(/\\n|\s+/g, "");
  return secrets.filter(({ forms }) =>
    forms.some((form) => {
      const wanted = latin1.decode(form);
      return text.includes(wanted) || joined.includes(wanted);
    })
  ).map(({ name }) => name);
}

const latin1 = new TextDecoder("latin1");

/** Bytes of a number that give it away: nobody has that many by chance. */
const TELLING = 24;

function formsOfNumber(bytes: Uint8Array): Uint8Array[] {
  const part = bytes.subarray(16, 16 + TELLING);
  const decimal = bytesToBigInt(bytes).toString();
  return [
    part,
    utf8(part.toHex()),
    utf8(part.toHex().toUpperCase()),
    utf8(decimal),
    // As a value of JavaScript's typed arrays would be shown.
    utf8([...part].join(",")),
    ...base64Forms(part),
  ];
}

/** What of a base64 text depends on nothing but `bytes`, wherever in the text they begin. */
function base64Forms(bytes: Uint8Array): Uint8Array[] {
  return [0, 1, 2].flatMap((before) => {
    const shifted = concatBytes(new Uint8Array(before), bytes);
    const whole = Math.floor(shifted.length / 3) * 3;
    const skipped = before === 0 ? 0 : 4;
    return (["base64", "base64url"] as const).map((alphabet) =>
      utf8(shifted.subarray(0, whole).toBase64({ alphabet }).slice(skipped))
    );
  });
}
