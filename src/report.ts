import type { TrackerError, TrackerOptions } from './types.js'

/** Tells the developer what went wrong; each code once per page, in debug mode each time to the console. Never throws. */
export type Report = (code: string, message: string, cause?: unknown) => void

/** Makes a report that calls `onError` once per code; `about` ends each message. */
export function createReport({ onError, debug }: Required<Pick<TrackerOptions, 'onError' | 'debug'>>, about = ''): Report {
  const told = new Set<string>()
  return (code, message, cause) => {
    const error: TrackerError = { code, message: `rihla: ${message}${about}`, cause }
    try {
      if (debug) console.warn(error.message, cause ?? '')
      if (!told.has(code)) {
        told.add(code)
        onError(error)
      }
    } catch {
      // The developer's own callback threw.
    }
  }
}
