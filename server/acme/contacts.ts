/** Contacts of accounts (RFC 8555 7.3): where people are reached. */
import { AcmeProblem } from "../../core/acme/problem.ts";

const MOST = 10;
const LONGEST = 254;

/** One address, without the fields that could make a mail of it. What else it is, is for a mail server to say. */
const MAILTO = /^mailto:[^\s@,?%<>"\p{C}]+@[^\s@,?%<>"\p{C}]+$/u;

/**
 * Mailboxes as `mailto:` URLs.
 * @throws `AcmeProblem`: `unsupportedContact` for other URLs, `invalidContact` for what is no single address
 */
export function readContacts(contacts: readonly string[]): readonly string[] {
  if (contacts.length > MOST) throw new AcmeProblem("invalidContact", `an account has at most ${MOST} contacts`);
  for (const contact of contacts) {
    if (!contact.startsWith("mailto:")) {
      throw new AcmeProblem("unsupportedContact", "contacts are mailto: URLs");
    }
    if (contact.length > LONGEST || !MAILTO.test(contact)) {
      throw new AcmeProblem("invalidContact", "a contact is no mailto: URL with one address");
    }
  }
  return contacts;
}
