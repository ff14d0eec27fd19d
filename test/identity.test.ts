import { afterEach, describe, expect, test, vi } from 'vitest'
import { sha256 } from '../src/sha256.js'
import { createShop } from './harness/shop.js'

const { sent, errors, start, pass, names } = createShop()
afterEach(() => vi.unstubAllGlobals())

const visits = () => Object.entries(Object.assign({}, ...sent.map(({ batch }) => batch.visits))) as [string, { visitor?: string }][]
const pages = () => Object.values(Object.assign({}, ...sent.map(({ batch }) => batch.pages))) as { user?: string; visit: string; marks?: string[] }[]
/** The hash is computed elsewhere, and takes real time. */
const passUntilKnown = async () => {
  while (!names().length && !errors.length) await pass(100)
}
const told = () => errors.map(({ code, message }) => `${code}: ${message}`)

describe('identify', () => {
  test('is a touchpoint with the traits, by which what the visitor did before can be joined', async () => {
    const tracker = start()
    tracker.track('view_item')
    tracker.identify('u1', { persona: 'gift giver', plan: 'gold' })
    tracker.track('add_to_cart')
    await pass(8000)
    expect(names()).toEqual(['view_item 1', 'identify 2', 'add_to_cart 3'])
    expect(sent[0]!.batch.touchpoints!.find(({ name }) => name === 'identify')!.props).toEqual({ persona: 'gift giver', plan: 'gold' })
    expect([pages().map(({ user }) => user), visits().length]).toEqual([[undefined, 'u1'], 1])
  })

  test('takes an id that looks like a token or a phone number', async () => {
    const tracker = start()
    tracker.identify('a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa')
    tracker.identify('09121234567')
    await pass(8000)
    expect(pages().map(({ user }) => user)).toEqual(['a81f0c9d2b7e4f6a81f0c9d2b7e4f6aa', '09121234567'])
  })

  test('with hashUser says the hash alone, and takes an e-mail address, too', async () => {
    const tracker = start({ hashUser: true })
    tracker.identify('sara@example.com')
    await passUntilKnown()
    expect(pages().map(({ user }) => user)).toEqual([await sha256('sara@example.com')])
    expect([JSON.stringify(sent).includes('sara'), told()]).toEqual([false, []])
  })

  test('with hashUser is dated and placed when it was called, not when the hash was there', async () => {
    const tracker = start({ hashUser: true })
    const at = Date.now()
    tracker.identify('u1')
    history.replaceState({}, '', '/later')
    await passUntilKnown()
    expect(sent[0]!.batch.touchpoints![0]!.at).toBe(at)
    expect(pages()).toMatchObject([{ url: 'http://localhost:3000/' }])
  })

  test('with hashUser on plain http sends no user, and says why', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const tracker = start({ hashUser: true })
    tracker.identify('u1', { plan: 'gold' })
    tracker.track('view_item')
    await pass(8000)
    expect([names(), pages().map(({ user }) => user), told()]).toEqual([['view_item 1'], [undefined], ['input: rihla: hashUser needs a page on https; the user was left out']])
  })

  test.each([[''], [undefined], ['x'.repeat(257)], ['sara@example.com']])('refuses %o', async (user) => {
    const tracker = start()
    tracker.identify(user as string)
    await pass(8000)
    expect([names(), told()]).toEqual([[], ['input: rihla: user must be your own id, 1 to 256 characters, no e-mail address']])
  })
})

describe('reset', () => {
  test('leaves what was recorded before to who was here, and the rest to somebody new', async () => {
    const tracker = start()
    tracker.identify('u1')
    await pass(100)
    tracker.reset()
    tracker.track('view_item')
    await pass(8000)
    const [first, second] = pages()
    expect([first!.user, second!.user, first!.visit === second!.visit]).toEqual(['u1', undefined, false])
    expect(new Set(visits().map(([, { visitor }]) => visitor)).size).toBe(2)
  })

  test('holds for the next page', async () => {
    const tracker = start()
    tracker.identify('u1')
    await pass(100)
    tracker.reset()
    await pass(100)
    tracker.stop()
    start().track('view_item')
    await pass(8000)
    expect(pages().at(-1)!.user).toBeUndefined()
  })

  test('while consent is pending stores nothing', async () => {
    start({ consent: 'pending' }).reset()
    await pass(3000)
    expect(await indexedDB.databases()).toEqual([])
  })
})

test('cookieless mode sends no visitor', async () => {
  start({ cookieless: true }).track('view_item')
  await pass(8000)
  expect(visits().map(([, visit]) => 'visitor' in visit)).toEqual([false])
})

test('a visitor is recognised as long as visitorAge says', async () => {
  const visitorAt = async () => {
    const tracker = start({ visitorAge: 86_400_000 })
    tracker.track('view_item')
    await pass(8000)
    tracker.stop()
    return visits().at(-1)![1].visitor
  }
  const first = await visitorAt()
  vi.setSystemTime(Date.now() + 40_000_000)
  expect(await visitorAt()).toBe(first)
  vi.setSystemTime(Date.now() + 50_000_000)
  expect(await visitorAt()).not.toBe(first)
})

test('the staff are marked', async () => {
  start({ staff: true }).track('view_item')
  await pass(8000)
  expect(pages()[0]!.marks).toContain('staff')
})
