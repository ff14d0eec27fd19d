import type { Stop } from '../types.js'
import { type Fail, guarded } from './listen.js'
import { patch } from './patch.js'

/** Calls back when a shopper has shared something with the browser's own dialog. What they have chosen nobody learns; who closes it has shared nothing. */
export function onShare(callback: () => void, fail: Fail): Stop {
  const owner = typeof Navigator === 'function' && 'share' in Navigator.prototype ? Navigator.prototype : undefined
  if (!owner) return () => {}
  const shared = guarded(callback, fail)
  return patch(owner, 'share', (_, answer) => void answer.then(shared, () => {}), fail)
}
