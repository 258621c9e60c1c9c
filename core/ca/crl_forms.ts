/** The two forms in which a signed CRL goes out. */
import { PEM_LABEL } from "../pem.ts";
import { encodePemPieces } from "../pem_pieces.ts";
import { type Body, joinBody, type PiecedBytes, type Pieces } from "../pieces.ts";

/**
 * A CRL up to this size is kept in one piece in each form that was asked for, as that is sent fastest. A larger one is
 * made of its entries again and again, piece by piece: the copies would take more than all the rest of the server. In
 * bytes of DER.
 */
const KEPT = 16 * 1024 * 1024;

const TAG_SIZE = 6;

/** See `PublishedCrl`. */
export function crlForms(der: Pieces) {
  return {
    tag: der.tail(TAG_SIZE).toHex(),
    der: keptIfSmall(der, der),
    pem: keptIfSmall(der, encodePemPieces(PEM_LABEL.CRL, der)),
  };
}

/** Made when first asked for, then the same for all who ask. */
function keptIfSmall({ length }: Pieces, form: PiecedBytes): () => Body {
  if (length > KEPT) return () => form;
  let kept: Body | undefined;
  return () => kept ??= joinBody(form);
}
