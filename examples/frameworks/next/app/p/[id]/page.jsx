import { notFound } from 'next/navigation'
import { Product } from '../../../product.jsx'
import { productAt } from '../../../../products.js'

const productOf = async (params) => productAt(`/p/${(await params).id}`)

export const generateMetadata = async ({ params }) => ({ title: (await productOf(params))?.item_name })

export default async function Page({ params }) {
  const product = await productOf(params)
  if (!product) notFound()
  return <Product product={product} />
}
