import type { Engine } from './engine.js'

/** The number of the one who writes: higher than that of all who have begun to write before. Taken when it is asked for first, so that who only reads takes none. */
export type Epoch = () => Promise<number>

/** Takes a number of `meta`. */
export function createEpoch(meta: Engine): Epoch {
  let taken: Promise<number> | undefined
  const take = async () => {
    const [found] = await meta.query('SELECT max(epoch) AS last FROM progress')
    const epoch = Number(found!.last) + 1
    await meta.insert('progress', [{ name: 'epoch', n: epoch, epoch }])
    return epoch
  }
  return () => (taken ??= take().catch((error: unknown) => {
    taken = undefined
    throw error
  }))
}
