caucase login "$url" --yes --user-key "$STAGE/work/alice.pem" >/dev/null
