import Head from 'next/head'
import { Product } from '../../product.jsx'
import { productAt } from '../../../products.js'

export const getServerSideProps = ({ params }) => {
  const product = productAt(`/p/${params.id}`)
  return product ? { props: { product } } : { notFound: true }
}

export default function Page({ product }) {
  return (
    <>
      <Head>
        <title>{product.item_name}</title>
      </Head>
      <Product product={product} />
    </>
  )
}
