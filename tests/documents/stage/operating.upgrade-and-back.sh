cp "$STAGE/program/caucase" caucase-0.1.0-x86_64-unknown-linux-gnu
sha256sum caucase-0.1.0-* >SHA256SUMS
