// @ts-check
// Deno: `deno serve -A serve.js`. Bun: `bun serve.js`. Both start what a module exports like this.
import { collector } from './collector.js'

export default {
  /**
   * Bun says who asks in `requestIP`, Deno in `remoteAddr`.
   * @param {Request} request
   * @param {{ requestIP?: (request: Request) => { address: string } | null, remoteAddr?: { hostname: string } }} [server]
   */
  fetch: (request, server) => collector(request, { ip: server?.requestIP?.(request)?.address ?? server?.remoteAddr?.hostname }),
}
