import { execFileSync } from 'node:child_process'
import { findBrowsers } from '../../scripts/browsers.js'

/** What the plugin knows: its settings, who is logged in, the order that is confirmed, and what a form has sent. */
export interface WordPress {
  readonly settings?: { readonly [name: string]: unknown }
  readonly user?: number
  readonly staff?: boolean
  readonly order?: { readonly [name: string]: unknown }
  readonly given?: unknown
}

/** What the plugin makes of it: markup of the head and of the page that thanks, its page of settings and for whom that is, and what is kept of a form. */
export interface Made {
  readonly head: string
  readonly thankyou: string
  readonly page: string
  readonly for: string
  readonly sanitized: { readonly [name: string]: unknown }
}

/** PHP of this machine. */
export const { php } = findBrowsers()

/** Runs the plugin for WordPress in PHP. */
export const runPlugin = (state: WordPress): Made => JSON.parse(execFileSync(php!, ['-d', 'display_errors=stderr', '-d', 'error_reporting=-1', 'test/fixtures/wordpress.php'], { input: JSON.stringify(state), encoding: 'utf8' })) as Made
