// @ts-check
// Next.js: save as `app/api/rihla/[...path]/route.js`, with `collector.js` beside it, and `serverExternalPackages: ['@duckdb/node-api']` in `next.config.js`.
import { collector } from './collector.js'

// Set by the proxy that Next.js stands behind; without one anybody can claim any address.
const answer = (/** @type {Request} */ request) => collector(request, { ip: request.headers.get('x-real-ip') ?? undefined })

export const GET = answer
export const POST = answer
export const OPTIONS = answer
export const dynamic = 'force-dynamic'
