import type { Store } from '../types.js'
import type { Engine } from './engine.js'

/** So long a server may take to say that it is there, and so long is that believed, ms. */
const PATIENCE = 2000
const BELIEVED = 1000

/** Servers for reading: one that is away has no rows. */
export interface Lenient extends Required<Pick<Store, 'away'>> {
  readonly engines: readonly Engine[]
}

/** Looks whether servers are there before they are read, so that what the others have can be shown. Where none is, reading rejects. */
export function createLenient(engines: readonly Engine[]): Lenient {
  const seen = new Map<Engine, { readonly at: number; readonly isUp: Promise<boolean> }>()

  const ping = (engine: Engine) =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE)
      engine.query('SELECT 1').then(() => resolve(true), () => resolve(false)).finally(() => clearTimeout(timer))
    })
  const isUp = (engine: Engine, isDoubted?: boolean) => {
    const last = seen.get(engine)
    if (last && !isDoubted && Date.now() - last.at < BELIEVED) return last.isUp
    const asked = { at: Date.now(), isUp: ping(engine) }
    seen.set(engine, asked)
    return asked.isUp
  }
  const partsAway = async () => (await Promise.all(engines.map((engine) => isUp(engine)))).flatMap((up, i) => (up ? [] : [i + 1]))
  const nothing = async () => {
    if ((await partsAway()).length === engines.length) throw new Error('no server of the store answers')
    return []
  }

  const orNothing = async <T>(engine: Engine, ask: () => Promise<T>) => {
    if (!(await isUp(engine))) return nothing()
    try {
      return await ask()
    } catch (error) {
      if (await isUp(engine, true)) throw error
      return nothing()
    }
  }

  return {
    engines: engines.map((engine) => ({ ...engine, query: (sql) => orNothing(engine, () => engine.query(sql)), run: async (sql) => void (await orNothing(engine, () => engine.run(sql))) })),
    away: async () => {
      const parts = await partsAway()
      return parts.length ? { parts, of: engines.length } : undefined
    },
  }
}
