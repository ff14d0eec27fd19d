import { inject, type InjectionKey, type Plugin } from 'vue'
import type { Tracker } from '../types.js'

const KEY: InjectionKey<Tracker> = Symbol('rihla')

/** A plugin that hands a tracker to all components, as `useTracker()` and in templates as `$rihla`: `app.use(rihla(createStorefront(…)))`. Page views of the router come by themselves, by the source `pageViews`. */
export function rihla(tracker: Tracker): Plugin {
  return {
    install: (app) => {
      app.provide(KEY, tracker)
      app.config.globalProperties.$rihla = tracker
    },
  }
}

/** The tracker of the app, in `setup`; with a type parameter, as what it was made. Throws an `Error` where there is none. */
export function useTracker<T extends Tracker = Tracker>(): T {
  const tracker = inject(KEY, undefined)
  if (!tracker) throw new Error('rihla: useTracker needs app.use(rihla(tracker))')
  return tracker as T
}

declare module 'vue' {
  interface ComponentCustomProperties {
    /** The tracker of the app. */
    $rihla: Tracker
  }
}
