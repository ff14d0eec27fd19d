import type { Host } from '../part.js'
import type { Cart, CartSighting, PageView } from '../types.js'
import type { Mark } from './changes.js'

/** Reads carts that sources have sighted. */
export interface Readings {
  readonly sight: (seen: CartSighting, page: PageView) => void
  /** Reads what was sighted, if consent allows by now. Resolves when no cart is being read any more. */
  readonly read: () => Promise<void>
  /** Whether a cart is being read: what happens meanwhile comes after it. */
  readonly isOn: () => boolean
  /** Forgets what was sighted and what is being read. */
  readonly clear: () => void
}

/** When and where a cart was sighted, and what had happened before. */
export interface Sighting {
  readonly at: number
  readonly page: PageView
  readonly after: Mark
}

/** What readings are made of. */
export interface ReadingOptions extends Pick<Host, 'now' | 'isOn' | 'isHidden' | 'fail'> {
  readonly mark: () => Mark
  /** A cart was read: that of when it was sighted. */
  readonly take: (cart: Cart, sighting: Sighting) => void
  /** No cart is being read any more. */
  readonly onEnd: () => void
}

/** How long a cart is waited for, ms. */
const DEADLINE = 2000

/** Reads one cart at a time: of several that are sighted the last one counts. */
export function createReadings({ now, isOn, isHidden, fail, mark, take, onEnd }: ReadingOptions): Readings {
  let sighted: (Sighting & Pick<CartSighting, 'cart'>) | undefined
  let reading: Promise<void> | undefined
  let turn = 0
  let end = () => {}

  const begin = () => {
    if (!sighted || !isOn() || isHidden()) return
    const { cart: read, ...sighting } = sighted
    const mine = ++turn
    sighted = undefined
    end()
    const over = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DEADLINE)
      end = () => {
        clearTimeout(timer)
        resolve()
      }
      const found = (cart?: Cart) => {
        if (!cart || mine !== turn) return
        // By the time the page is looked at again, another tab may have changed it.
        if (isHidden()) return void (sighted ??= { cart: read, ...sighting })
        take(cart, sighting)
        // Too late to be waited for.
        if (!reading) onEnd()
      }
      read().then(found).catch(fail).then(end)
    })
    reading = over.then(() => {
      // Another one has begun since: it ends when that does.
      if (mine !== turn) return reading
      reading = undefined
      return onEnd()
    })
  }

  return {
    sight: ({ cart }, page) => {
      sighted = { cart, at: now(), page, after: mark() }
      begin()
    },
    read: async () => {
      begin()
      await reading
    },
    isOn: () => !!reading,
    clear: () => {
      turn++
      sighted = reading = undefined
      end()
    },
  }
}
