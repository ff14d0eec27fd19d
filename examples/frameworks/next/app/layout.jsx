import { Shop } from '../shop.jsx'

export const metadata = { title: 'Home' }

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Shop base="/p">{children}</Shop>
      </body>
    </html>
  )
}
