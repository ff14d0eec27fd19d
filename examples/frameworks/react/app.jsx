import { useEffect, useState } from 'react'
import { RihlaProvider, useTouchpoint, useTracker } from 'rihla/react'
import { productAt, products, shown } from '../products.js'
import { tracker } from '../tracker.js'

/** Where the app is, as a router knows it. */
function usePath(first) {
  const [path, setPath] = useState(first)
  useEffect(() => {
    const back = () => setPath(location.pathname)
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])
  const go = (to) => (event) => {
    event.preventDefault()
    history.pushState({}, '', to)
    setPath(to)
  }
  return [path, go]
}

function Product({ product }) {
  const tracker = useTracker()
  useTouchpoint('view_item', shown(product), product.item_id)
  useEffect(() => void (document.title = product.item_name), [product])
  return (
    <>
      <h1>{product.item_name}</h1>
      <button id="add" onClick={() => tracker.track('add_to_cart', shown({ ...product, quantity: 1 }))}>
        Add to cart
      </button>
    </>
  )
}

export function App({ path: first }) {
  const [path, go] = usePath(first)
  const product = productAt(path)
  return (
    <RihlaProvider tracker={tracker}>
      <nav>
        {products.map(({ item_id, item_name }) => (
          <a key={item_id} id={item_id} href={`/p/${item_id}`} onClick={go(`/p/${item_id}`)}>
            {item_name}
          </a>
        ))}
      </nav>
      {product ? <Product product={product} /> : <h1>Home</h1>}
    </RihlaProvider>
  )
}
