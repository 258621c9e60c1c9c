/** The two forms in which a signed CRL goes out. */
import { PEM_LABEL } from "../pem.ts";
import { encodePemPieces } from "../pem_pieces.ts";
import { type Body, joinBody, type PiecedBytes, Pieces } from "../pieces.ts";

/**
 * The PEM of a CRL up to this size is kept once somebody has asked for it. That of a larger one is made again and
 * again, piece by piece: to keep it would take more than all the rest of the server. In bytes of DER.
 */
const KEPT = 16 * 1024 * 1024;

/** What goes out in one write is kept as one. */
const ONE_PIECE = 64 * 1024;

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
  return () => kept ??= inMemory(form);
}

function inMemory(form: PiecedBytes): Body {
  if (form.length <= ONE_PIECE) return joinBody(form);
  return form instanceof Pieces ? form : new Pieces([...form.pieces()]);
}
