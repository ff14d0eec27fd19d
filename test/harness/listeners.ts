import { afterEach, beforeEach } from 'vitest'

interface Listening {
  readonly on: string
  readonly type: string
  readonly listener: unknown
  readonly capture: boolean
}

/** Tells, in each test, which listeners were added to window and document and not removed again. */
export function countListeners(): () => string[] {
  let alive: Listening[] = []
  const undo: (() => void)[] = []

  const watch = (target: EventTarget, on: string) => {
    const { addEventListener, removeEventListener } = target
    const note = (type: string, listener: unknown, options: unknown): Listening => ({ on, type, listener, capture: typeof options === 'object' && options ? !!(options as EventListenerOptions).capture : !!options })
    const isSame = (one: Listening, other: Listening) => one.on === other.on && one.type === other.type && one.listener === other.listener && one.capture === other.capture
    target.addEventListener = (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions) => {
      alive.push(note(type, listener, options))
      addEventListener.call(target, type, listener, options)
    }
    target.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions) => {
      alive = alive.filter((each) => !isSame(each, note(type, listener, options)))
      removeEventListener.call(target, type, listener, options)
    }
    undo.push(() => Object.assign(target, { addEventListener, removeEventListener }))
  }

  beforeEach(() => {
    alive = []
    watch(window, 'window')
    watch(document, 'document')
  })
  afterEach(() => undo.splice(0).forEach((each) => each()))
  return () => alive.map(({ on, type }) => `${on} ${type}`)
}
