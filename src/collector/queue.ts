/** Runs one piece of work after the other, in the order in which they are given. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>

/** Makes a queue of its own. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}
