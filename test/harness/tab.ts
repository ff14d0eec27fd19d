import type { Child } from './processes.js'
import type { Evaluate, Script } from './script.js'

/** The names of the engines, as in `BROWSERS`. */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** Parameters and results of the DevTools protocol. */
export type CdpValue = { readonly [key: string]: unknown }

/** How a browser is opened. */
export interface OpenOptions {
  /** More command line arguments. */
  readonly args?: readonly string[]
  /** Firefox: about:config. Chromium: profile preferences by dotted name. WebKit has none. */
  readonly prefs?: { readonly [name: string]: string | number | boolean }
  /** A profile folder to use again. WebKit sessions under a driver are always private. @default a fresh one */
  readonly profile?: string
  readonly private?: boolean
}

/** One tab, steered through the engine's driver. */
export interface Tab {
  readonly id: string
  /** Opens a URL and waits until it has loaded. */
  readonly goto: (url: string) => Promise<void>
  /** Runs code in the page and waits for its promise. Arguments and result are JSON. */
  readonly eval: Evaluate
  /** Polls an expression or a function until it is truthy. */
  readonly until: <A extends readonly unknown[] = readonly []>(script: Script<unknown, A>, ...args: A) => Promise<void>
  /** A click of a real pointer, with everything a shopper's click sets off; or several, one right after the other. */
  readonly click: (selector: string, times?: number) => Promise<void>
  /** Real keys, into the element that is clicked first. */
  readonly type: (selector: string, text: string) => Promise<void>
  /** Real keys, to what has the focus; special ones as WebDriver writes them. */
  readonly keys: (text: string) => Promise<void>
  /** The browser's back button; bfcache is on. */
  readonly back: () => Promise<void>
  readonly forward: () => Promise<void>
  readonly reload: () => Promise<void>
  /** Closes the tab without asking the page (no `beforeunload`). */
  readonly close: () => Promise<void>
  /** Chromium only, rejects elsewhere: a DevTools command to this tab. */
  readonly cdp: (method: string, params?: CdpValue) => Promise<CdpValue>
  /** Chromium only: hears a DevTools event of this tab; returns its undo. */
  readonly onCdp: (event: string, listener: (params: CdpValue) => void) => Promise<() => void>
}

/** One browser with a profile of its own. */
export interface Browser {
  readonly pid: number
  readonly profile: string
  /** A new tab in front; tabs opened before in the same window become hidden. `window: true` gives it a window of its own, which hides nothing. */
  readonly newTab: (options?: { readonly window?: boolean }) => Promise<Tab>
  /** Firefox only, rejects elsewhere: installs the extension in a folder. */
  readonly extend: (folder: string) => Promise<void>
  /** Everything that runs below the browser, to kill parts of it. */
  readonly processes: () => Child[]
  /** Quits politely, and by force if that takes too long. */
  readonly close: () => Promise<void>
  /** SIGKILL to every process of it. */
  readonly kill: () => Promise<void>
}
