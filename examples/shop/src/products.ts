/** The products of the shop. */

export interface Product {
  readonly id: string
  readonly name: string
  readonly note: string
  /** In euros. */
  readonly price: number
}

export const products: readonly Product[] = [
  { id: 'key', name: 'Room key', note: 'Brass. Opens one door.', price: 12 },
  { id: 'bell', name: 'Desk bell', note: 'One clear ring.', price: 18 },
  { id: 'mug', name: 'Enamel mug', note: 'Survives every journey.', price: 14 },
  { id: 'map', name: 'Town map', note: 'Folds the right way.', price: 6 },
  { id: 'lantern', name: 'Night lantern', note: 'For the walk back.', price: 32 },
  { id: 'blanket', name: 'Wool blanket', note: 'Warm, and a bit too small.', price: 48 },
]

/** Returns the product of an id. The id may come from a form, so it may be anything. */
export function findProduct(id: string): Product | undefined {
  return products.find((product) => product.id === id)
}
