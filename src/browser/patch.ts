import type { Stop } from '../types.js'
import { type Fail, guarded } from './listen.js'

type Method = (...args: never[]) => unknown

/**
 * Calls back after each call of a method of the page, with its arguments, its answer and its `this`. What the callback returns, unless `undefined`, is answered
 * instead; what it throws reaches `fail`, never the page. What the method throws stays the page's, and the callback does not hear of it.
 *
 * The patch is a proxy: its name, length and properties are the method's own. A method that is missing, or that the page does not let be replaced, is told to
 * `fail`. The undo restores the method, or leaves an inert pass-through where another script has wrapped it since.
 */
export function patch<T extends { [K in N]: Method }, N extends string>(
  target: T,
  name: N,
  after: (args: Parameters<T[N]>, answer: ReturnType<T[N]>, self: T) => ReturnType<T[N]> | undefined | void,
  fail: Fail,
): Stop {
  const attempt = guarded((step: () => void) => step(), fail)
  const original = target[name]
  let patched: T[N] | undefined
  let isOn = true
  const apply = (_: T[N], self: T, args: Parameters<T[N]>) => {
    let answer = Reflect.apply(original, self, args)
    attempt(() => {
      if (isOn) answer = after(args, answer, self) ?? answer
    })
    return answer
  }
  attempt(() => {
    target[name] = patched = new Proxy(original, { apply })
  })
  return () => {
    isOn = false
    if (patched && target[name] === patched) target[name] = original
  }
}
