/** Work that goes on side by side, of which nothing is left running. */

/**
 * What all of them resolve with. Where one fails, the others are waited for first: whoever then closes what they use
 * closes it under nobody's feet.
 * @throws the first error, in the order given
 */
export async function sideBySide<T extends readonly unknown[]>(
  ...work: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  await Promise.allSettled(work);
  return await Promise.all(work) as unknown as T;
}
