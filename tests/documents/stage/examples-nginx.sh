. "${STAGE_PROJECT}tests/documents/stage/service.sh"
mkdir -p "$STAGE_ROOT/srv/www"
echo hello >"$STAGE_ROOT/srv/www/index.html"
certify service client client.pem
mv cas.crt.pem cas.pem
mv cas.crl.pem crl.pem
