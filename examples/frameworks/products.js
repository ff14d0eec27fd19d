// What the three shops sell.
export const products = [
  { item_id: 'FJ-101', item_name: 'Yirgacheffe Natural', price: 14.5 },
  { item_id: 'FJ-301', item_name: 'Finjan cups', price: 34 },
]

/** The product that a path shows. */
export const productAt = (path) => products.find(({ item_id }) => path === `/p/${item_id}`)
export const shown = (product) => ({ currency: 'EUR', value: product.price, items: [product] })
