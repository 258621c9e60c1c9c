# Two hosts whose certificates soon end: of one, nobody ever told; the hook of the other one fails. New certificates
# live 6 days meanwhile.
options=$STAGE_ROOT/etc/caucase/serve.conf
cp "$options" serve.conf.kept
sed -i 's/^CAUCASE_OPTIONS="/&--service-crt-validity 6 /' "$options"
systemctl restart caucase
certify service db.example.org db.pem -addext subjectAltName=DNS:db.example.org
certify service api.example.org api.pem -addext subjectAltName=DNS:api.example.org
caucase updater --ca-url "$url" --cas-ca api.cas.pem --ca api.cas.pem --crl api.crl.pem --crt api.pem \
  --on-renew "exit 3" --once >/dev/null 2>&1
cp serve.conf.kept "$options"
systemctl restart caucase
