# A server, as docs/install.md makes it.
install -D -m 644 packaging/config/serve.conf "$STAGE_ROOT/etc/caucase/serve.conf"
install -m 644 packaging/systemd/caucase.service "$STAGE_ROOT/etc/systemd/system/"
systemctl enable --now caucase
