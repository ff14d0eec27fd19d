'use client'

import { useTouchpoint, useTracker } from 'rihla/react'
import { shown } from '../products.js'

export function Product({ product }) {
  const { track } = useTracker()
  useTouchpoint('view_item', shown(product), product.item_id)
  return (
    <>
      <h1>{product.item_name}</h1>
      <button id="add" onClick={() => track('add_to_cart', shown({ ...product, quantity: 1 }))}>
        Add to cart
      </button>
    </>
  )
}
