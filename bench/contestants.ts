import { readFileSync } from 'node:fs'
import type { PageOptions } from '../test/harness/pages.js'
import { pageOf, pageWith } from './shop.js'

/** What takes part. */
export interface Contestant {
  readonly name: string
  /** Where touchpoints are until they have been taken. */
  readonly keeps: string
  readonly page: (endpoint: string) => PageOptions
  /** Its file in `peers`, if it is bundled. */
  readonly file?: string
}

const packages: { readonly [name: string]: string } = JSON.parse(readFileSync('bench/peers/package.json', 'utf8')).dependencies
const bundled = (name: string, file: string, keeps: string): Contestant => ({ name, keeps, file, page: (endpoint) => pageWith(`/peers/${file}.js`, endpoint) })
const peer = (name: string, file: string, keeps: string) => bundled(`${name} ${packages[name]}`, file, keeps)

/** Of a page without a library the name is the variant. */
export const EMPTY = 'empty page'
export const BARE = 'bare `fetch` for each'
/** In the order of the report. */
export const contestants: readonly Contestant[] = [
  { name: EMPTY, keeps: '', page: (endpoint) => pageOf('empty', endpoint) },
  { name: BARE, keeps: 'nowhere', page: (endpoint) => pageOf('bare', endpoint) },
  { name: 'array and beacon', keeps: 'in memory', page: (endpoint) => pageOf('beacon', endpoint) },
  bundled('**rihla**, the core', 'rihla', 'in IndexedDB'),
  { name: '**rihla**, the script tag', keeps: 'in IndexedDB', page: (endpoint) => pageOf('rihla', endpoint) },
  peer('@plausible-analytics/tracker', 'plausible', 'nowhere'),
  peer('@openpanel/web', 'openpanel', 'nowhere'),
  peer('@snowplow/browser-tracker', 'snowplow', 'in localStorage'),
  peer('mixpanel-browser', 'mixpanel', 'in localStorage'),
  peer('@segment/analytics-next', 'segment', 'in localStorage, on leaving'),
  peer('@rudderstack/analytics-js', 'rudderstack', 'in localStorage'),
  peer('posthog-js', 'posthog', 'in memory'),
  peer('@amplitude/analytics-browser', 'amplitude', 'in localStorage'),
]
