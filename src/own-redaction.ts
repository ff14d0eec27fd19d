import type { Report } from './report.js'
import type { Draft, TrackerOptions } from './types.js'

// Taken when the script loads, as in to-json.ts.
const { parse } = JSON

/** What the developer's own redaction makes of a touchpoint: of a copy, and only of what it may change. Where it throws, the draft stays as it is and the developer is told: nothing is lost. */
export function redacted(draft: Draft, json: string, redact: NonNullable<TrackerOptions['redact']>, report: Report): Draft {
  try {
    const copy: Draft = { ...draft, props: json ? parse(json) : {} }
    const mended = redact(copy) ?? copy
    if ('then' in mended) throw new TypeError('redact must not be async')
    const word = (key: 'url' | 'title' | 'referrer') => (typeof mended[key] === 'string' ? mended[key] : draft[key])
    return { ...draft, props: mended.props, url: word('url'), title: word('title'), referrer: word('referrer') }
  } catch (cause) {
    report('input', `redact failed for ${draft.name}; it was kept as it was`, cause)
    return draft
  }
}
