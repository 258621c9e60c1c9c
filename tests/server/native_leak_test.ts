/** The long version is tests/long/native_leak_test.ts. */
import { leakTest } from "../support/native_leak.ts";

leakTest("P-256", 20_000);
leakTest("signers", 4_000);
