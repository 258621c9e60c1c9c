cp "$STAGE_ROOT/var/lib/caucase-updater/web/web.pem" www.pem
certify service old old.pem
