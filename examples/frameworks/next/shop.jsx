'use client'

import Link from 'next/link'
import { RihlaProvider } from 'rihla/react'
import { products } from '../products.js'
import { tracker } from './tracker.js'

/** What stands around every page; links lead to products below `base`. */
export function Shop({ base, children }) {
  return (
    <RihlaProvider tracker={tracker}>
      <nav>
        {products.map(({ item_id, item_name }) => (
          <Link key={item_id} id={item_id} href={`${base}/${item_id}`}>
            {item_name}
          </Link>
        ))}
      </nav>
      {children}
    </RihlaProvider>
  )
}
