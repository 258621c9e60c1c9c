# A CA of OpenSSL, with a list of what it revoked: nothing yet.
rm caucase.sqlite
mkdir ca
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=before -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout ca.key -out ca.crt 2>/dev/null
: >ca/index.txt
printf '[ca]\ndefault_ca=one\n[one]\ndatabase=ca/index.txt\ndefault_md=sha256\ndefault_crl_days=30\n' >ca/openssl.cnf
openssl ca -config ca/openssl.cnf -gencrl -keyfile ca.key -cert ca.crt -out crl.pem 2>/dev/null
