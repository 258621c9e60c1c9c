. "${STAGE_PROJECT}tests/documents/stage/service.sh"
caucase login "$url" --yes --user-key "$STAGE/work/alice.pem" >/dev/null
