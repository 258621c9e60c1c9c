. "${STAGE_PROJECT}tests/documents/stage/service.sh"
# Makes the settings that a distribution brings.
nginx -q -t
