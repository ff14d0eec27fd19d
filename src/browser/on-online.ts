import type { Stop } from '../types.js'
import { type Fail, listen } from './listen.js'

/** Calls back when the browser believes that it has a network again: a hint, no promise. */
export const onOnline = (callback: () => void, fail: Fail): Stop => listen(window, 'online', callback, fail)
