import type { Inspection } from './inspection.js'
import type { TrackerError, TrackerOptions } from './types.js'

/** Tells the developer what went wrong; each code once per page, and each time those who look into the tracker. Never throws. */
export type Report = (code: string, message: string, cause?: unknown) => void

/** Makes a report that calls `onError` once per code; `about` ends each message. */
export function createReport({ onError }: Required<Pick<TrackerOptions, 'onError'>>, note: Inspection['note'], about = ''): Report {
  const told = new Set<string>()
  return (code, message, cause) => {
    const error: TrackerError = { code, message: `rihla: ${message}${about}`, cause }
    try {
      note({ problem: error })
      if (told.has(code)) return
      told.add(code)
      onError(error)
    } catch {
      // The developer's own callback threw.
    }
  }
}
