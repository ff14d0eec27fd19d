import { readFileSync } from 'node:fs'
import { act, createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, h } from 'vue'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RihlaProvider, useTouchpoint, useTracker } from '../src/frameworks/react.js'
import { rihla, useTracker as useInVue } from '../src/frameworks/vue.js'
import type { Tracker } from '../src/types.js'

const told: unknown[][] = []
const tracker = { track: (...args: unknown[]) => void told.push(args) } as unknown as Tracker
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

afterEach(() => {
  told.length = 0
  vi.restoreAllMocks()
})

describe('react', () => {
  const Product = ({ id }: { id: string }) => {
    useTouchpoint('view_item', { items: [{ item_id: id }] }, id)
    return createElement('h1', null, id)
  }
  const shop = (id: string) => createElement(StrictMode, null, createElement(RihlaProvider, { tracker }, createElement(Product, { id })))

  test('a touchpoint is told once for each key in strict mode, which runs every effect twice', async () => {
    const root = createRoot(document.createElement('div'))
    for (const id of ['a', 'a', 'b', 'a']) await act(async () => root.render(shop(id)))
    await act(async () => root.unmount())
    expect(told).toEqual(['a', 'b', 'a'].map((item_id) => ['view_item', { items: [{ item_id }] }]))
  })

  test('a component without a provider above it is told what is missing', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const Lost = () => createElement('p', null, String(useTracker()))
    const root = createRoot(document.createElement('div'))
    await expect(act(async () => root.render(createElement(Lost)))).rejects.toThrow('rihla: useTracker needs a RihlaProvider above it')
  })

  test('the published module is a client component', () => {
    expect(readFileSync('dist/frameworks/react.js', 'utf8')).toMatch(/^'use client'\n/)
  })
})

describe('vue', () => {
  test('setup and templates have the tracker of the app', () => {
    const seen: unknown[] = []
    const app = createApp({
      setup: () => {
        seen.push(useInVue())
      },
      render(this: { $rihla: Tracker }) {
        seen.push(this.$rihla)
        return h('p')
      },
    })
    app.use(rihla(tracker)).mount(document.createElement('div'))
    app.unmount()
    expect(seen).toEqual([tracker, tracker])
  })

  test('a component of an app without the plugin is told what is missing', () => {
    const app = createApp({ setup: () => void useInVue(), render: () => h('p') })
    expect(() => app.mount(document.createElement('div'))).toThrow('rihla: useTracker needs app.use(rihla(tracker))')
  })
})
