#!/usr/bin/env bash
# Makes rsa_4160.json with OpenSSL: an RSA key larger than the runtime's WebCrypto takes, and a message encrypted to it with
# RSA-OAEP (SHA-1, MGF1-SHA-1). Run by hand. The key is a TEST VECTOR and protects nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

openssl genrsa -out key.pem 4160 2>/dev/null
head -c 64 /dev/urandom >message
openssl pkeyutl -encrypt -inkey key.pem -in message -out encrypted \
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1 -pkeyopt rsa_mgf1_md:sha1
cat >"$here/rsa_4160.json" <<END
{
  "about": "made by generate.sh with $(openssl version | cut -d ' ' -f 1,2); the key is a test vector and protects nothing",
  "pkcs8": "$(openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER | base64 -w0)",
  "message": "$(base64 -w0 message)",
  "encrypted": "$(base64 -w0 encrypted)"
}
END
