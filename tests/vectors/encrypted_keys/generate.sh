#!/usr/bin/env bash
# Encrypts one key in every way that OpenSSL knows and we read, and in some that we do not. Run by hand in this folder.
#
# All keys in it were made for this and protect nothing: they are TEST VECTORS, to be used for nothing else.
set -euo pipefail
cd "$(dirname "$0")"
pass=(-passout pass:sésame)

openssl ecparam -genkey -name prime256v1 -noout -out plain.pem
for cipher in aes-128-cbc aes-192-cbc aes-256-cbc; do
  for prf in hmacWithSHA1 hmacWithSHA256 hmacWithSHA384 hmacWithSHA512; do
    openssl pkcs8 -topk8 -v2 $cipher -v2prf $prf -in plain.pem "${pass[@]}" -out read-$cipher-$prf.pem
  done
done
for cipher in aes128 aes192 aes256; do
  openssl ec -in plain.pem -$cipher "${pass[@]}" -out read-older-$cipher.pem
done
openssl pkcs8 -topk8 -iter 1 -in plain.pem "${pass[@]}" -out read-one-iteration.pem
openssl pkcs8 -topk8 -scrypt -in plain.pem "${pass[@]}" -out refused-scrypt.pem
openssl pkcs8 -topk8 -v2 des3 -in plain.pem "${pass[@]}" -out refused-des3.pem
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in plain.pem "${pass[@]}" -out refused-pbes1.pem
openssl ec -in plain.pem -des3 "${pass[@]}" -out refused-older-des3.pem
