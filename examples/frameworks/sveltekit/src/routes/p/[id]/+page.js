import { error } from '@sveltejs/kit'
import { productAt } from '../../../../../products.js'

export const load = ({ url }) => {
  const product = productAt(url.pathname)
  if (!product) error(404)
  return { product }
}
