import { setTimeout as sleep } from 'node:timers/promises'
import { poll } from './processes.js'

/** Code for a page: an expression, or a function that takes JSON arguments and sees nothing of the test around it. */
export type Script<T, A extends readonly unknown[]> = string | ((...args: A) => T | Promise<T>)

/** Makes an expression of it, to be evaluated in a page. */
export const expressionOf = <T, A extends readonly unknown[]>(script: Script<T, A>, args: readonly unknown[]): string =>
  typeof script === 'string' ? `(${script})` : `(${script})(${args.map((each) => JSON.stringify(each) ?? 'undefined').join(',')})`

/** Runs code in a page, as `Tab.eval` does. */
export type Evaluate = <T = unknown, A extends readonly unknown[] = readonly []>(script: Script<T, A>, ...args: A) => Promise<T>

const isOnItsWay = (error: unknown): boolean => /navigated|destroyed|context with specified id/.test(String(error)) && !String(error).includes('in the page: ')

/** Firefox at times never answers for a page that goes while it is asked, ms. */
const ANSWER = 3000

/** `Tab.until`: a page that goes while it is asked is asked again, in its next document. */
export const untilBy = (evaluate: Evaluate) => async <A extends readonly unknown[]>(script: Script<unknown, A>, ...args: A): Promise<void> => {
  const ask = async (): Promise<boolean> => Boolean(await Promise.race([evaluate(script, ...args), sleep(ANSWER)]))
  await poll(() => ask().catch((error) => (isOnItsWay(error) ? false : Promise.reject(error))), String(script))
}
