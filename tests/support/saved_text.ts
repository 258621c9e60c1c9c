/** Text as editors of other systems save it. */

/** UTF-16, little-endian unless said otherwise, without a mark but one that `text` begins with. */
export function utf16(text: string, byteOrder: "little" | "big" = "little"): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), byteOrder === "little");
  return new Uint8Array(view.buffer);
}
