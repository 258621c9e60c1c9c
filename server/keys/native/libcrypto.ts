/**
 * OpenSSL's libcrypto 3, called in place. The only module that sees pointers: each is made, used and freed here, and
 * none leaves it. Lengths are asked of libcrypto, or are those of the arrays that are handed to it.
 */
import type { Bytes } from "../../../core/bytes.ts";
import { type CurveName, CURVES } from "../../../core/keys/ec_curves.ts";
import type { HashName } from "../../../core/keys/hashes.ts";
import type { Ed25519Algorithm, SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import type { SignatureForm } from "../../../core/keys/signature_form.ts";
import { Pool } from "./pool.ts";
import { EVP_PKEY_RSA, OPENSSL_INIT_NO_ATEXIT, RSA_PADDING, SYMBOLS, VERSION_SYMBOLS } from "./symbols.ts";

/** Ed25519 stays with WebCrypto, which is as fast. */
export type NativeAlgorithm = Exclude<SignatureAlgorithm, Ed25519Algorithm>;
export type NativeForm = Exclude<SignatureForm, { readonly kind: "Ed25519" }>;

type Pointer = Deno.PointerObject;
type Symbols = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

/** Of a private key, with one algorithm. Its memory is freed once nobody can ask it for a signature any more. */
export interface NativeSigningKey {
  /**
   * Signature over a digest of the algorithm's hash, as X.509 has it; made off the thread, but where that would cost
   * more.
   */
  sign(digest: Bytes): Promise<Bytes>;
}

const LEAST_MAJOR = 3;
const OLD_LIMIT = "libcrypto 3.0 or newer is needed";

/**
 * What `OpenSSL_version_num()` says: MNN00PP0. @throws Error for versions before 3.0, and for libraries derived from
 * them
 */
export function requireVersion(number: bigint): void {
  const major = Number(number >> 28n);
  if (major < LEAST_MAJOR) {
    throw new Error(`its version is ${major}.${number >> 20n & 0xffn}: ${OLD_LIMIT}`);
  }
}

/**
 * As many signatures of one key at a time as there are processors to make them: more would only wait for each other.
 */
const AT_ONCE = Math.max(2, navigator.hardwareConcurrency);

/**
 * On curves up to this many bits a signature takes some 0.05 ms. To hand it to another thread costs this one more.
 */
const CHEAP_CURVE = 256;

export class Libcrypto {
  /** What it says of itself, as `OpenSSL 3.0.19 27 Jan 2026`. */
  readonly version: string;
  readonly #calls: Symbols;
  readonly #hashes: Readonly<Record<HashName, Deno.PointerValue>>;
  /** Keys without a point, one for each curve, by their addresses: making one takes longer than a copy. Never freed. */
  readonly #curves: Readonly<Record<CurveName, bigint>>;
  readonly #abandoned: FinalizationRegistry<KeyMemory>;

  /** Needs the permission to load `path`; nothing later does. @throws Error for what is no libcrypto from 3.0 on */
  constructor(path: string) {
    const probe = Deno.dlopen(path, VERSION_SYMBOLS);
    requireVersion(BigInt.asUintN(32, probe.symbols.OpenSSL_version_num()));
    this.#calls = Deno.dlopen(path, SYMBOLS).symbols;
    // It would clean up when the process ends, under the feet of threads that still use it: some runs ended in a crash.
    if (this.#calls.OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, null) !== 1) throw this.#failure("starting");
    const { OpenSSL_version, EVP_sha256, EVP_sha384, EVP_sha512, EVP_PKEY_CTX_free, EVP_PKEY_free } = this.#calls;
    this.version = this.#textAt(OpenSSL_version(0));
    this.#hashes = { "SHA-256": EVP_sha256(), "SHA-384": EVP_sha384(), "SHA-512": EVP_sha512() };
    this.#curves = { "P-256": this.#curve("P-256"), "P-384": this.#curve("P-384"), "P-521": this.#curve("P-521") };
    this.#abandoned = new FinalizationRegistry(({ key, contexts }) => {
      for (const { pointer } of contexts) EVP_PKEY_CTX_free(pointer);
      EVP_PKEY_free(key);
    });
  }

  /** @throws Error for a key or an algorithm that it does not take */
  signingKey(pkcs8: Bytes, algorithm: NativeAlgorithm): NativeSigningKey {
    const key = this.#withCopy(pkcs8, (cell) => this.#calls.d2i_AutoPrivateKey(null, cell, BigInt(pkcs8.length)));
    if (key === null) throw this.#failure("reading a private key");
    const memory: KeyMemory = { key, contexts: [] };
    const contexts = new Pool(() => this.#signingContext(memory, algorithm), AT_ONCE);
    this.#abandoned.register(contexts, memory);
    const isCheap = algorithm.scheme === "ECDSA" && this.#calls.EVP_PKEY_get_bits(key) <= CHEAP_CURVE;
    const sign = isCheap ? this.#signHere : this.#signApart;
    return { sign: (digest) => contexts.use((context) => sign(context, digest)) };
  }

  /**
   * Whether the signature over the digest is the key's; undefined where libcrypto cannot tell, for a reason that is
   * not the signature's.
   */
  verify(form: NativeForm, digest: Bytes, signature: Bytes): boolean | undefined {
    const { EVP_PKEY_free, ERR_clear_error } = this.#calls;
    const key = form.kind === "RSA" ? this.#rsaKey(form.keyBits) : this.#point(form.curve.name, form.keyBits);
    try {
      return key === null ? undefined : this.#verifyWith(key, form.algorithm, { digest, signature });
    } finally {
      EVP_PKEY_free(key);
      ERR_clear_error();
    }
  }

  /** A new RSA key with the public exponent 65537: RSAPrivateKey, DER. */
  async newRsaKey(bits: number): Promise<Bytes> {
    const calls = this.#calls;
    const context = calls.EVP_PKEY_CTX_new_from_name(null, cString("RSA"), null);
    const made = cell(0n);
    try {
      const isReady = calls.EVP_PKEY_keygen_init(context) === 1 &&
        calls.EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) === 1;
      if (!isReady) throw this.#failure("making an RSA key");
      // Why it fails stays with the thread that it failed on; a second run would take seconds.
      if (await calls.EVP_PKEY_generate_apart(context, made) !== 1) throw new Error("libcrypto makes no RSA key");
      return this.#privateKeyDer(made[0] ?? 0n);
    } finally {
      calls.EVP_PKEY_free_address(made[0] ?? 0n);
      calls.EVP_PKEY_CTX_free(context);
    }
  }

  #signingContext({ key, contexts }: KeyMemory, algorithm: NativeAlgorithm): SigningContext {
    const calls = this.#calls;
    const size = calls.EVP_PKEY_get_size(key);
    const pointer = calls.EVP_PKEY_CTX_new_from_pkey(null, key, null);
    if (size <= 0 || pointer === null || calls.EVP_PKEY_sign_init(pointer) !== 1 || !this.#choose(pointer, algorithm)) {
      calls.EVP_PKEY_CTX_free(pointer);
      throw this.#failure(`signing with ${algorithm.name}`);
    }
    const context = { pointer, signature: bytes(size), length: cell(0n) };
    contexts.push(context);
    return context;
  }

  readonly #signApart = async (context: SigningContext, digest: Bytes): Promise<Bytes> => {
    const { pointer, signature, length } = context;
    length[0] = BigInt(signature.length);
    const size = BigInt(digest.length);
    const isSigned = await this.#calls.EVP_PKEY_sign_apart(pointer, signature, length, digest, size) === 1;
    // Errors are kept for each thread: this one, where it fails again, can tell why.
    return isSigned ? signature.slice(0, Number(length[0])) : this.#signHere(context, digest);
  };

  readonly #signHere = ({ pointer, signature, length }: SigningContext, digest: Bytes): Bytes => {
    length[0] = BigInt(signature.length);
    const size = BigInt(digest.length);
    if (this.#calls.EVP_PKEY_sign(pointer, signature, length, digest, size) !== 1) throw this.#failure("signing");
    return signature.slice(0, Number(length[0]));
  };

  #rsaKey(keyBits: Bytes): Deno.PointerValue {
    const length = BigInt(keyBits.length);
    return this.#withCopy(keyBits, (cell) => this.#calls.d2i_PublicKey(EVP_PKEY_RSA, null, cell, length));
  }

  #point(curve: CurveName, point: Bytes): Deno.PointerValue {
    const { EVP_PKEY_dup, EVP_PKEY_set1_encoded_public_key, EVP_PKEY_free } = this.#calls;
    const key = EVP_PKEY_dup(this.#curves[curve]);
    if (key === null || EVP_PKEY_set1_encoded_public_key(key, point, BigInt(point.length)) === 1) return key;
    EVP_PKEY_free(key);
    return null;
  }

  #verifyWith(
    key: Pointer,
    algorithm: NativeAlgorithm,
    { digest, signature }: { readonly digest: Bytes; readonly signature: Bytes },
  ): boolean | undefined {
    const calls = this.#calls;
    const context = calls.EVP_PKEY_CTX_new_from_pkey(null, key, null);
    try {
      if (context === null || calls.EVP_PKEY_verify_init(context) !== 1) return undefined;
      if (!this.#choose(context, algorithm)) return undefined;
      const sizes = [BigInt(signature.length), BigInt(digest.length)] as const;
      const verdict = calls.EVP_PKEY_verify(context, signature, sizes[0], digest, sizes[1]);
      return verdict === 1 ? true : verdict === 0 ? false : undefined;
    } finally {
      calls.EVP_PKEY_CTX_free(context);
    }
  }

  /** Tells a context the algorithm. */
  #choose(context: Pointer, algorithm: NativeAlgorithm): boolean {
    const calls = this.#calls;
    if (calls.EVP_PKEY_CTX_set_signature_md(context, this.#hashes[algorithm.hash]) !== 1) return false;
    if (algorithm.scheme === "ECDSA") return true;
    if (calls.EVP_PKEY_CTX_set_rsa_padding(context, RSA_PADDING[algorithm.scheme]) !== 1) return false;
    return algorithm.scheme !== "RSA-PSS" ||
      calls.EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm.saltLength) === 1;
  }

  /** The address of a key on that curve that has no point yet. */
  #curve(curve: CurveName): bigint {
    const calls = this.#calls;
    const context = calls.EVP_PKEY_CTX_new_from_name(null, cString("EC"), null);
    const made = cell(0n);
    const isMade = calls.EVP_PKEY_paramgen_init(context) === 1 &&
      calls.EVP_PKEY_CTX_set_group_name(context, cString(CURVES[curve].name)) === 1 &&
      calls.EVP_PKEY_paramgen(context, made) === 1;
    calls.EVP_PKEY_CTX_free(context);
    if (!isMade) throw this.#failure(`using the curve ${curve}`);
    return made[0] ?? 0n;
  }

  #privateKeyDer(key: bigint): Bytes {
    const calls = this.#calls;
    const out = calls.BIO_new(calls.BIO_s_mem());
    try {
      if (calls.i2d_PrivateKey_bio(out, key) !== 1) throw this.#failure("writing a private key");
      return this.#readAll(out);
    } finally {
      calls.BIO_free(out);
    }
  }

  #textAt(address: bigint): string {
    const calls = this.#calls;
    const text = calls.BIO_new_mem_buf(address, -1);
    try {
      return new TextDecoder().decode(this.#readAll(text));
    } finally {
      calls.BIO_free(text);
    }
  }

  #readAll(from: Deno.PointerValue): Bytes {
    const { BIO_ctrl_pending, BIO_read } = this.#calls;
    const content = bytes(Number(BIO_ctrl_pending(from)));
    if (BIO_read(from, content, content.length) !== content.length) throw this.#failure("reading its memory");
    return content;
  }

  /** Hands `use` a cell with the address of a copy, which is wiped and freed afterwards. */
  #withCopy<T>(content: Bytes, use: (cell: Cell) => T): T {
    const { CRYPTO_memdup, CRYPTO_clear_free } = this.#calls;
    const size = BigInt(content.length);
    const copy = CRYPTO_memdup(content, size, null, 0);
    if (copy === 0n) throw this.#failure("getting memory");
    try {
      return use(cell(copy));
    } finally {
      CRYPTO_clear_free(copy, size, null, 0);
    }
  }

  /** What the errors of this thread say, the last one first; there are none left afterwards. */
  #failure(doing: string): Error {
    const { ERR_get_error, ERR_error_string_n } = this.#calls;
    const reasons: string[] = [];
    for (let code = ERR_get_error(); code !== 0n; code = ERR_get_error()) {
      const text = bytes(256);
      ERR_error_string_n(BigInt.asUintN(32, code), text, BigInt(text.length));
      reasons.unshift(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
    }
    return new Error(`libcrypto fails at ${doing}: ${reasons.join(", ") || "it does not say why"}`);
  }
}

/** What must be freed for a key. It knows nothing of the pool, which would never become garbage otherwise. */
interface KeyMemory {
  readonly key: Pointer;
  readonly contexts: SigningContext[];
}

/** For one signature at a time. */
interface SigningContext {
  readonly pointer: Pointer;
  readonly signature: Bytes;
  readonly length: Cell;
}

type Cell = BigUint64Array<ArrayBuffer>;

/** Memory for one pointer or length. Not small enough to move: it has a buffer of its own. */
function cell(value: bigint): Cell {
  const made = new BigUint64Array(new ArrayBuffer(8));
  made[0] = value;
  return made;
}

function bytes(size: number): Bytes {
  return new Uint8Array(new ArrayBuffer(size));
}

function cString(text: string): Bytes {
  return new TextEncoder().encode(`${text}\0`);
}
