. "${STAGE_PROJECT}tests/documents/stage/service.sh"
settings=$STAGE_ROOT/etc/postgresql/15/main
mkdir -p "$settings/conf.d"
echo "local all all trust" >"$settings/pg_hba.conf"
certify service app app.key
openssl x509 -in app.key -out app.crt
mv cas.crt.pem cas.pem
mv cas.crl.pem crl.pem
