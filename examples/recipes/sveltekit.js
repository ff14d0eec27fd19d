// @ts-check
// SvelteKit: save as `src/routes/api/rihla/[...path]/+server.js`, with `collector.js` beside it.
// Touchpoints come as text, which SvelteKit takes for a form: name a shop on another origin in `csrf.trustedOrigins` of `svelte.config.js`,
// and with adapter-node, which does not know its own origin, say it in `ORIGIN`.
import { collector } from './collector.js'

/** @param {{ request: Request, getClientAddress: () => string }} event */
const answer = ({ request, getClientAddress }) => collector(request, { ip: getClientAddress() })

export const GET = answer
export const POST = answer
export const OPTIONS = answer
