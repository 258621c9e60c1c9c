/** The machine's library that a server calls in place: rows of several sections. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const NATIVE = "server/keys/native";
const LIBCRYPTO = `${NATIVE}/libcrypto.ts`;
const CHOICE = "server/keys/choose_operations.ts";

const library = (filter: string) => ({ file: "tests/security/native_library_test.ts", filter });
const selfCheck = (filter: string) => ({ file: `${NATIVE}/self_check_test.ts`, filter });
const agreement = (filter: string) => ({ file: `${NATIVE}/agreement_test.ts`, filter });

/** For the section about files, memory and backups. */
export const LIBRARIES: readonly Threat[] = [
  {
    attack: "another library of libcrypto's name in the working folder, or loaded later by code that got in",
    mutations: [
      without("the well-known paths", library("does not look for libcrypto"), [
        CHOICE,
        "await existing(paths) :",
        "[`${Deno.cwd()}/libcrypto.so.3`] :",
      ]),
      without("whole paths", { file: `${NATIVE}/well_known_test.ts`, filter: "whole paths only" }, [
        `${NATIVE}/well_known.ts`,
        "map((folder) => `${folder}/libcrypto.so.3`)",
        "map(() => `libcrypto.so.3`)",
      ]),
      without("a look at the path of an option", {
        file: "server/keys/choose_operations_test.ts",
        filter: "without its folder",
      }, [CHOICE, "if (libcrypto !== undefined) requireAbsolute(libcrypto);", ""]),
      without("a right that is given up", {
        file: "tests/security/privilege_scene_test.ts",
        filter: "an executable may neither",
      }, ["cli/serve.ts", 'Deno.permissions.revokeSync({ name: "ffi" });', ""]),
    ],
  },
  {
    attack: "a libcrypto that is too old, held to other rules, or answers wrongly",
    mutations: [
      without("a look at its version", { file: `${NATIVE}/libcrypto_test.ts`, filter: "requireVersion" }, [
        LIBCRYPTO,
        "if (major < LEAST_MAJOR) {",
        "if (major < 0) {",
      ]),
      without("a way on without it", library("held to FIPS"), [
        CHOICE,
        "failures.push({ path, error: reasonOf(error) });",
        "throw error;",
      ]),
      without("WebCrypto's word on its signatures", selfCheck("signs wrongly"), [
        `${NATIVE}/self_check.ts`,
        'return "it makes wrong signatures";',
        "return undefined;",
      ]),
      without("forged signatures for it to judge", selfCheck("takes everything"), [
        `${NATIVE}/self_check.ts`,
        "forged.every((verdict) => verdict === false)",
        "forged.length > 0",
      ]),
    ],
  },
  {
    attack: "a key or a signature that libcrypto takes otherwise than WebCrypto, or that runs past what it was given",
    mutations: [
      without("the length of the salt", agreement("RSA of 2048 bits with the exponent 3"), [
        LIBCRYPTO,
        "calls.EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm.saltLength) === 1",
        "true",
      ]),
      without("strict DER", agreement("ECDSA with P-256"), [
        "core/keys/signature_form.ts",
        "    return ecdsaFromDer(signature, curve);",
        "    return ecdsaFromDer(signature, curve);\n  } catch {\n    return new Uint8Array(2 * curve.size);\n  }\n" +
        "  try {\n    return undefined;",
      ]),
    ],
  },
];

/** For the section about stopping the server. */
export const LIBRARY_MEMORY: readonly Threat[] = [
  {
    attack: "signatures by the hundred thousand, in memory that only we can free",
    mutations: [
      without("keys that are freed", { file: "tests/server/native_leak_test.ts", filter: "P-256" }, [
        LIBCRYPTO,
        "EVP_PKEY_free(key);\n      ERR_clear_error();",
        "ERR_clear_error();",
      ]),
    ],
  },
];

/** For the section about faults. */
export const LIBRARY_FAULTS: readonly Threat[] = [
  {
    attack: "a stop while libcrypto works in other threads",
    alsoIn: [LIBCRYPTO],
    alsoShownBy: [{
      test: "tests/fault/native_exit_test.ts",
      notRun: "without the defence one process in fifteen crashes",
    }],
    mutations: [],
    notMutated: "without it, one process in fifteen crashes: a run may miss that",
  },
];
