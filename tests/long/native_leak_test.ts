/** A million signatures by libcrypto, and twice as many verifications, good and bad: memory stays flat. */
import { leakTest } from "../support/native_leak.ts";

leakTest("P-256", 900_000);
leakTest("RSA", 40_000);
leakTest("PSS", 40_000);
leakTest("P-384", 10_000);
leakTest("P-521", 10_000);
leakTest("signers", 20_000);
leakTest("keys", 500);
