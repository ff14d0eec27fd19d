// @ts-check
// Hono, on Node: `node examples/recipes/hono.js`.
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { collector } from './collector.js'

export const app = new Hono()

app.all('/api/rihla/*', (context) => collector(context.req.raw, { ip: getConnInfo(context).remote.address }))

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) serve(app, ({ port }) => console.log(`http://localhost:${port}/api/rihla`))
