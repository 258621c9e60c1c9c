url=http://localhost:$STAGE_PUBLIC_PORT
echo "sha256:0000000000000000000000000000000000000000000000000000000000000000 $(caucase client --ca-url "$url" --show-ca)" \
  >>"$STAGE/shown"
