// The older router: the provider stands here.
import { Shop } from '../shop.jsx'

export default function App({ Component, pageProps }) {
  return (
    <Shop base="/classic">
      <Component {...pageProps} />
    </Shop>
  )
}
