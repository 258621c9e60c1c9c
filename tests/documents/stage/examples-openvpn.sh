. "${STAGE_PROJECT}tests/documents/stage/service.sh"
laptop=$STAGE_ROOT/var/lib/caucase-updater/laptop
mkdir -p "$laptop"
certify service laptop "$laptop/laptop.key"
openssl x509 -in "$laptop/laptop.key" -out "$laptop/laptop.crt"
mv cas.crt.pem "$laptop/cas.pem"
mv cas.crl.pem "$laptop/crl.pem"
