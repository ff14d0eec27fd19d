import { createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect, useRef } from 'react'
import type { Tracker } from '../types.js'
import type { EventName, EventProps } from '../vocabulary.js'

/** What a `RihlaProvider` is given. */
export interface RihlaProviderProps {
  /** Made once, beside the component: `createStorefront(…)` or `createTracker(…)`. On a server it does nothing. */
  readonly tracker: Tracker
  readonly children?: ReactNode
}

const Context = createContext<Tracker | undefined>(undefined)

/** Hands a tracker to the components below. Page views of routers come by themselves, by the source `pageViews`. */
export function RihlaProvider({ tracker, children }: RihlaProviderProps): ReactElement {
  return createElement(Context.Provider, { value: tracker }, children)
}

/** The tracker of the `RihlaProvider` above; with a type parameter, as what it was made. Throws an `Error` where there is none. */
export function useTracker<T extends Tracker = Tracker>(): T {
  const tracker = useContext(Context)
  if (!tracker) throw new Error('rihla: useTracker needs a RihlaProvider above it')
  return tracker as T
}

/** Records a touchpoint when the component is first shown, and again when `key` is another one: once each, in strict mode, too. */
export function useTouchpoint<N extends EventName>(name: N, props?: EventProps<N>, key: string | number = ''): void {
  const tracker = useTracker()
  const told = useRef<string | number>(undefined)
  useEffect(() => {
    if (told.current !== key) tracker.track(name, props)
    told.current = key
    // What it says is that of the moment in which it is shown.
  }, [tracker, name, key])
}
