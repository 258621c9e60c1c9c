. "${STAGE_PROJECT}tests/documents/stage/service.sh"
mkdir -p "$STAGE_ROOT/etc/web" "$STAGE_ROOT/etc/pki"
