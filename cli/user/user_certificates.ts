/** Finds a user by what people call them. */
import { CaucaseError } from "../../core/errors.ts";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { searchRegister } from "../cert/register_pages.ts";
import type { ApiClient } from "../net/api_client.ts";
import { foreignText } from "../output/foreign_text.ts";
import { commonNameIn } from "./people.ts";

/**
 * All certificates that a user ever had, as far as the register reaches, the newest first: of the common name or
 * subject `name`.
 * @throws `not-found` where there is none
 */
export async function certificatesOf(
  cau: Pick<ApiClient, "register">,
  name: string,
): Promise<readonly [CertificateEntry, ...CertificateEntry[]]> {
  const all = await searchRegister(cau, {});
  const [first, ...rest] = all.filter(({ subject }) => subject === name || commonNameIn(subject) === name);
  if (first !== undefined) return [first, ...rest];
  throw new CaucaseError("not-found", `there is no user ${foreignText(name)}`, {
    hint: "caucase user list --all shows the users",
  });
}
