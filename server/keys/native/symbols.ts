/**
 * The functions of libcrypto 3 that are called, as its header files declare them. An `address` is a pointer as a
 * number: for cells that hold pointers, which libcrypto reads or writes. The runtime's own means to take addresses ask
 * for the right to load any library at all; `CRYPTO_memdup()` gives us memory whose address is known.
 */

const address = "u64";

/** Since 1.1.0: tells versions that lack some of the others. */
export const VERSION_SYMBOLS = {
  OpenSSL_version_num: { parameters: [], result: "u64" },
} as const satisfies Deno.ForeignLibraryInterface;

export const SYMBOLS = {
  // crypto.h, err.h: `line` and `file` are for its own debugging.
  OPENSSL_init_crypto: { parameters: ["u64", "pointer"], result: "i32" },
  OpenSSL_version: { parameters: ["i32"], result: address },
  CRYPTO_memdup: { parameters: ["buffer", "usize", "pointer", "i32"], result: address },
  CRYPTO_clear_free: { parameters: [address, "usize", "pointer", "i32"], result: "void" },
  ERR_get_error: { parameters: [], result: "u64" },
  ERR_clear_error: { parameters: [], result: "void" },
  ERR_error_string_n: { parameters: ["u64", "buffer", "usize"], result: "void" },
  // bio.h: the way for bytes out of its memory.
  BIO_s_mem: { parameters: [], result: "pointer" },
  BIO_new: { parameters: ["pointer"], result: "pointer" },
  BIO_new_mem_buf: { parameters: [address, "i32"], result: "pointer" },
  BIO_ctrl_pending: { parameters: ["pointer"], result: "usize" },
  BIO_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  // evp.h: keys.
  d2i_AutoPrivateKey: { parameters: ["pointer", "buffer", "i64"], result: "pointer" },
  d2i_PublicKey: { parameters: ["i32", "pointer", "buffer", "i64"], result: "pointer" },
  i2d_PrivateKey_bio: { parameters: ["pointer", address], result: "i32" },
  EVP_PKEY_dup: { parameters: [address], result: "pointer" },
  EVP_PKEY_set1_encoded_public_key: { parameters: ["pointer", "buffer", "usize"], result: "i32" },
  EVP_PKEY_get_size: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_get_bits: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_free_address: { name: "EVP_PKEY_free", parameters: [address], result: "void" },
  // evp.h, rsa.h, ec.h: what is done with them.
  EVP_PKEY_CTX_new_from_pkey: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  EVP_PKEY_CTX_new_from_name: { parameters: ["pointer", "buffer", "pointer"], result: "pointer" },
  EVP_PKEY_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_CTX_set_rsa_padding: { parameters: ["pointer", "i32"], result: "i32" },
  EVP_PKEY_CTX_set_rsa_pss_saltlen: { parameters: ["pointer", "i32"], result: "i32" },
  EVP_PKEY_CTX_set_signature_md: { parameters: ["pointer", "pointer"], result: "i32" },
  EVP_sha256: { parameters: [], result: "pointer" },
  EVP_sha384: { parameters: [], result: "pointer" },
  EVP_sha512: { parameters: [], result: "pointer" },
  EVP_PKEY_sign_init: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_sign: { parameters: ["pointer", "buffer", "buffer", "buffer", "usize"], result: "i32" },
  EVP_PKEY_sign_apart: {
    name: "EVP_PKEY_sign",
    parameters: ["pointer", "buffer", "buffer", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  EVP_PKEY_verify_init: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_verify: { parameters: ["pointer", "buffer", "usize", "buffer", "usize"], result: "i32" },
  EVP_PKEY_keygen_init: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_CTX_set_rsa_keygen_bits: { parameters: ["pointer", "i32"], result: "i32" },
  EVP_PKEY_generate_apart: {
    name: "EVP_PKEY_generate",
    parameters: ["pointer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  EVP_PKEY_paramgen_init: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_CTX_set_group_name: { parameters: ["pointer", "buffer"], result: "i32" },
  EVP_PKEY_paramgen: { parameters: ["pointer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** From crypto.h, evp.h and rsa.h. */
export const OPENSSL_INIT_NO_ATEXIT = 0x80000n;
export const EVP_PKEY_RSA = 6;
export const RSA_PADDING = { "RSASSA-PKCS1-v1_5": 1, "RSA-PSS": 6 } as const;
