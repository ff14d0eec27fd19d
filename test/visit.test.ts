import { beforeEach, describe, expect, test } from 'vitest'
import { arrive, blank } from '../src/journey/past.js'
import type { Past } from '../src/part.js'
import { createRedactor } from '../src/redact.js'
import { createVisits, type VisitOptions } from '../src/visit.js'
import { createMemory } from './harness/memory.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const AGE = 395 * DAY
let time = 0
beforeEach(() => {
  time = 1_763_769_600_000
})

const shop = 'https://shop.example/'
const setUp = (memory = createMemory(), landing: { url?: string; referrer?: string } = {}, options: Partial<VisitOptions> = {}) => {
  const visits = createVisits(memory, createRedactor(['q']), { now: () => time, visitorAge: AGE, mayNameClicks: () => true, landing: { url: shop, referrer: '', ...landing }, ...options })
  return { memory, visits }
}
/** What was begun with an in-memory database is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve))
/** A page of the same shopper, after it has read storage. */
const open = async (memory = createMemory(), landing = {}, options: Partial<VisitOptions> = {}) => {
  const page = setUp(memory, landing, options)
  await page.visits.ready()
  return { ...page, id: page.visits.current().id, visitor: page.visits.who().visitor }
}
const wireOf = (visits: ReturnType<typeof setUp>['visits']) => (JSON.parse(`{${visits.current().entry}}`) as { [id: string]: unknown })[visits.current().id]

test('nothing is known before storage was read', async () => {
  const { memory, visits } = setUp()
  expect([visits.isReady(), visits.who(), memory.words]).toEqual([false, { visitor: undefined, user: undefined }, []])
  await visits.ready()
  expect(visits.isReady()).toBe(true)
})

test('a visit says on the wire who came, when, from where', async () => {
  const { visits, id, visitor } = await open(undefined, { url: `${shop}a?q=cap&session=1`, referrer: 'https://google.com/search?key=1' })
  expect(wireOf(visits)).toEqual({ visitor, started: time, landing: `${shop}a?q=cap`, referrer: 'https://google.com/search', campaign: {} })
  expect([id, visitor].filter((each) => !/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(each!))).toEqual([])
})

test('storage is read once, however often it is asked for', async () => {
  const { memory, visits } = setUp()
  await Promise.all([visits.ready(), visits.ready()])
  await visits.ready()
  expect(memory.words).toEqual(['update visit'])
})

describe('a visit goes on', () => {
  test('on the next page, with the landing of the first', async () => {
    const first = await open(undefined, { url: `${shop}?q=first` })
    time += 29 * MINUTE
    const second = await open(first.memory, { url: `${shop}?q=second`, referrer: shop })
    expect([second.id, second.visitor, second.visits.current().entry]).toEqual([first.id, first.visitor, first.visits.current().entry])
  })

  test('as long as something happens in some tab', async () => {
    const first = await open()
    for (let i = 0; i < 4; i++) {
      time += 20 * MINUTE
      expect(first.visits.isReady()).toBe(true)
      await settled()
    }
    time += 20 * MINUTE
    expect((await open(first.memory)).id).toBe(first.id)
  })
})

describe('a visit ends', () => {
  test('after 30 minutes of inactivity; the visitor is known again', async () => {
    const first = await open()
    time += 30 * MINUTE
    const second = await open(first.memory)
    expect([second.id === first.id, second.visitor === first.visitor]).toEqual([false, true])
    expect(wireOf(second.visits)).toMatchObject({ started: time })
  })

  test('on an open page too: it is read anew, since another tab may have gone on', async () => {
    const first = await open()
    time += 20 * MINUTE
    const other = await open(first.memory)
    time += 11 * MINUTE
    expect(first.visits.isReady()).toBe(false)
    await first.visits.ready()
    expect(first.visits.current().id).toBe(other.id)
    time += 31 * MINUTE
    first.visits.isReady()
    await first.visits.ready()
    expect(first.visits.current().id).not.toBe(other.id)
  })

  test('when another campaign leads here, not when the same or none does', async () => {
    const first = await open(undefined, { url: `${shop}?utm_source=mail` })
    const same = await open(first.memory, { url: `${shop}b?utm_source=mail` })
    const none = await open(first.memory, { url: `${shop}c` })
    const another = await open(first.memory, { url: `${shop}?utm_source=ads` })
    const click = await open(first.memory, { url: `${shop}?gclid=1` })
    expect([same.id, none.id].map((id) => id === first.id)).toEqual([true, true])
    expect(new Set([first.id, another.id, click.id]).size).toBe(3)
    expect(click.visitor).toBe(first.visitor)
  })

  test('when the clock was set back by more than its timeout', async () => {
    const first = await open()
    time -= DAY
    expect((await open(first.memory)).id).not.toBe(first.id)
  })
})

test('a visitor is forgotten after 13 months, also one who came every day', async () => {
  const first = await open()
  let last = first.visitor
  for (let days = 0; days < 394; days++) {
    time += DAY
    last = (await open(first.memory)).visitor
  }
  expect(last).toBe(first.visitor)
  time += 2 * DAY
  expect((await open(first.memory)).visitor).not.toBe(first.visitor)
})

test('a campaign is cleaned before it is cut', async () => {
  const { visits } = await open(undefined, { url: `${shop}?utm_term=${'x'.repeat(244)}%20mina.rad@shop.example&utm_content=/reset%3Ftoken%3Dabc` })
  expect(wireOf(visits)).toMatchObject({ campaign: { utm_term: `${'x'.repeat(244)} `, utm_content: '/reset' } })
})

test('a campaign has utm parameters as they came and click ids by name only', async () => {
  const { visits } = await open(undefined, { url: `${shop}?utm_source=New%20"s&utm_medium=email&utm_term=sara@example.com&GCLID=secret1&fbclid=secret2&msclkid=secret3&other=1&utm_=x` })
  expect(wireOf(visits)).toMatchObject({ campaign: { utm_source: 'New "s', utm_medium: 'email', utm_term: '[email]', click_ids: ['gclid', 'fbclid', 'msclkid'] } })
  expect(visits.current().entry).not.toContain('secret')
})

test('without consent to ads no click id is named', async () => {
  const { visits } = await open(undefined, { url: `${shop}?gclid=1&utm_source=x` }, { mayNameClicks: () => false })
  expect(wireOf(visits)).toMatchObject({ campaign: { utm_source: 'x' } })
  expect(visits.current().entry).not.toContain('gclid')
})

test('a visit that began with click ids is without them once they may not be named, here and on the next page', async () => {
  let may = true
  const { visits, memory } = await open(undefined, { url: `${shop}?utm_source=x&gclid=1` }, { mayNameClicks: () => may })
  const { id } = visits.current()
  expect(visits.current().entry).toContain('gclid')
  may = false
  visits.unnameClicks()
  expect(wireOf(visits)).toMatchObject({ campaign: { utm_source: 'x' } })
  await settled()
  expect(JSON.stringify([...memory.kept.values()])).not.toContain('gclid')
  const next = await open(memory, {}, { mayNameClicks: () => may })
  expect([next.id, next.visits.current().entry.includes('gclid')]).toEqual([id, false])
})

test('whatever is called like a click id counts as one, and nothing else does', async () => {
  const known = ['gclid', 'dclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'ttclid', 'twclid', 'li_fat_id', 'epik', 'sccid', 'rdt_cid', 'yclid', 'irclickid']
  const url = shop + '?' + [...known, 'client_id', 'id', 'cid', 'myclidx', 'article_id'].map((name) => `${name}=1`).join('&')
  const { visits } = await open(undefined, { url })
  expect(wireOf(visits)).toMatchObject({ campaign: { click_ids: known } })
})

test('activity is stored once a minute at most', async () => {
  const { memory, visits } = await open()
  for (let i = 0; i < 100; i++) {
    time += 1000
    visits.isReady()
  }
  await settled()
  expect(memory.words).toEqual(['update visit', 'update visit'])
})

describe('a user', () => {
  test('named here is known to this page and the next, within and beyond the visit', async () => {
    const { memory, visits } = await open()
    visits.identify('u1')
    expect([visits.who().user, visits.current().user]).toEqual(['u1', 'u1'])
    await settled()
    expect((await open(memory)).visits.who().user).toBe('u1')
    time += DAY
    expect((await open(memory)).visits.who().user).toBe('u1')
  })

  test('named in another tab does not become this page\'s before it reads again', async () => {
    const { memory, visits } = await open()
    const other = await open(memory)
    other.visits.identify('u2')
    expect(visits.current().user).toBeUndefined()
  })
})

test('where storage refuses the visit is this page\'s own', async () => {
  const memory = createMemory()
  memory.refuses = true
  const { visits, id } = await open(memory)
  time += MINUTE
  expect([visits.isReady(), visits.current().id === id, memory.kept.size]).toEqual([true, true, 0])
})

test('a visit that is forced, when there is no time left to read, is this page\'s own from then on', async () => {
  const { memory, visits } = setUp()
  const reading = visits.ready()
  visits.force()
  const { id } = visits.current()
  await reading
  expect([visits.isReady(), visits.current().id === id, memory.words]).toEqual([true, true, ['update visit']])
})

test('a visit that is forced before anything was read is there at once', () => {
  const { visits } = setUp()
  visits.force()
  expect(visits.isReady()).toBe(true)
})

test('a reading that never ends can be begun again', async () => {
  const memory = createMemory()
  let hangs = true
  const { visits } = setUp({ ...memory, update: (key, next) => (hangs ? new Promise(() => {}) : memory.update(key, next)) })
  void visits.ready()
  hangs = false
  visits.restart()
  await visits.ready()
  expect(visits.isReady()).toBe(true)
})

test('clear forgets everybody', async () => {
  const { memory, visits, visitor } = await open()
  visits.identify('u1')
  await settled()
  visits.clear()
  memory.kept.clear()
  expect([visits.isReady(), visits.who()]).toEqual([false, { visitor: undefined, user: undefined }])
  await visits.ready()
  expect([visits.who().visitor === visitor, visits.who().user]).toEqual([false, undefined])
})

describe('reset', () => {
  test('begins another visit of another visitor at once, without the user', async () => {
    const { memory, visits, id, visitor } = await open()
    visits.identify('u1')
    await settled()
    visits.reset()
    const next = visits.current()
    expect([visits.isReady(), next.id === id, next.visitor === visitor, next.visitor === '', visits.who().user]).toEqual([true, false, false, false, undefined])
    await settled()
    const later = await open(memory)
    expect([later.id, later.visitor, later.visits.who().user]).toEqual([next.id, next.visitor, undefined])
  })

  test('before storage was read leaves what an earlier page stored to nobody', async () => {
    const first = await open()
    first.visits.identify('u1')
    await settled()
    const { visits } = setUp(first.memory)
    visits.reset()
    await visits.ready()
    expect([visits.who().visitor === first.visitor, visits.who().user]).toEqual([false, undefined])
    // Only once: from now on it is the newcomer.
    const { id } = visits.current()
    expect((await open(first.memory)).id).toBe(id)
  })

  test('in another tab never gives the newcomer the user of this one, nor what this one has learnt', async () => {
    const { memory, visits } = await open(undefined, {}, { journey })
    visits.identify('u1')
    await settled()
    const other = await open(memory, {}, { journey })
    other.visits.reset()
    await settled()
    await visits.learn((past) => ({ ...past, segment: 'vip' }))
    const later = await open(memory, {}, { journey })
    expect([later.visitor, later.visits.who().user, later.visits.current().past?.segment, visits.who().user]).toEqual([other.visits.who().visitor, undefined, undefined, undefined])
  })

  test('in another tab while this one was idle does not, either', async () => {
    const { memory, visits } = await open()
    visits.identify('u1')
    await settled()
    const other = await open(memory)
    other.visits.reset()
    await settled()
    time += 31 * MINUTE
    visits.isReady()
    await visits.ready()
    expect([visits.who().visitor === other.visits.who().visitor, visits.who().user]).toEqual([true, undefined])
  })

  test('in another tab is taken over when this one looks', async () => {
    const { memory, visits } = await open()
    const other = await open(memory)
    other.visits.reset()
    await settled()
    visits.look()
    await settled()
    expect(visits.who().visitor).toBe(other.visits.who().visitor)
  })
})

describe('cookieless', () => {
  const cookieless = { visitorAge: 0 }

  test('knows no visitor, and goes on with the visit from page to page', async () => {
    const first = await open(undefined, {}, cookieless)
    time += MINUTE
    const second = await open(first.memory, {}, cookieless)
    expect([first.visitor, second.visitor, second.id === first.id]).toEqual(['', '', true])
    expect(second.visits.current().entry).not.toContain('visitor')
  })

  test('forgets everything with the visit, also the user', async () => {
    const first = await open(undefined, {}, { ...cookieless, journey })
    first.visits.identify('u1')
    await settled()
    time += 31 * MINUTE
    const second = await open(first.memory, {}, { ...cookieless, journey })
    expect([second.id === first.id, second.visits.who().user, second.visits.current().past?.visits]).toEqual([false, undefined, 1])
  })

  test('forgets the user with the visit on an open page, too', async () => {
    const { visits } = await open(undefined, {}, cookieless)
    visits.identify('u1')
    await settled()
    time += 31 * MINUTE
    visits.isReady()
    await visits.ready()
    expect(visits.who().user).toBeUndefined()
  })

  test('forgets a visitor who was known before it', async () => {
    const first = await open()
    const second = await open(first.memory, {}, cookieless)
    expect([second.visitor, second.id === first.id]).toEqual(['', false])
  })
})

/** A journey that remembers visits, and says how many. */
const journey: NonNullable<VisitOptions['journey']> = {
  handed: undefined,
  arrive: (old = blank, at) => arrive(old, { at, channel: 'direct' }),
  entryOf: ({ visits }) => `"number":${visits},`,
}

describe('somebody who comes from another of the shop\'s domains', () => {
  const handed = { id: '01a20056-8580-7c3e-8d41-5b2f0c8e7a16', visitor: '01a1f0c2-77e4-7b31-a6f0-2d58c9be1047' }
  const from = { journey: { ...journey, handed } }

  test('goes on with the visit, as the visitor who they are', async () => {
    const { visits, id, visitor, memory } = await open(undefined, {}, from)
    expect([id, visitor, visits.current().since]).toEqual([handed.id, handed.visitor, time])
    expect((await open(memory)).id).toBe(handed.id)
  })

  test('is another visitor than the one known here', async () => {
    const first = await open()
    const second = await open(first.memory, {}, from)
    expect([second.id, second.visitor]).toEqual([handed.id, handed.visitor])
  })

  test('begins a visit of their own after half an hour, as the same visitor', async () => {
    const { visits } = await open(undefined, {}, from)
    time += 31 * MINUTE
    visits.isReady()
    await visits.ready()
    expect([visits.current().id === handed.id, visits.who().visitor]).toEqual([false, handed.visitor])
  })

  test('is nobody in cookieless mode', async () => {
    expect(await open(undefined, {}, { ...from, visitorAge: 0 })).toMatchObject({ visitor: '' })
  })
})

describe('what is remembered of the journey', () => {
  const segment = (name: string) => (past: Past) => ({ ...past, segment: name })
  const bought = (past: Past) => ({ ...past, purchases: past.purchases + 1 })
  const remember = { journey }
  const pastOf = ({ visits }: Awaited<ReturnType<typeof open>>) => visits.current().past!

  test('goes on from visit to visit, and is said on the wire', async () => {
    const first = await open(undefined, {}, remember)
    time += 31 * MINUTE
    const second = await open(first.memory, {}, remember)
    expect([pastOf(first).visits, pastOf(second).visits, wireOf(second.visits)]).toMatchObject([1, 2, { number: 2 }])
  })

  test('changes at once here, and on what other tabs have stored since', async () => {
    const one = await open(undefined, {}, remember)
    const other = await open(one.memory, {}, remember)
    const done = [one.visits.learn(bought), other.visits.learn(bought)]
    expect([pastOf(one).purchases, pastOf(other).purchases]).toEqual([1, 1])
    await Promise.all(done)
    expect(pastOf(await open(one.memory, {}, remember)).purchases).toBe(2)
    one.visits.look()
    await settled()
    expect(pastOf(one).purchases).toBe(2)
  })

  test('changes once for each of many changes in a row', async () => {
    const page = await open(undefined, {}, remember)
    await Promise.all(Array.from({ length: 20 }, () => page.visits.learn(bought)))
    expect([pastOf(page).purchases, pastOf(await open(page.memory, {}, remember)).purchases]).toEqual([20, 20])
  })

  test('is stored with the next change where storage refused', async () => {
    const page = await open(undefined, {}, remember)
    page.memory.refuses = true
    await page.visits.learn(bought)
    page.memory.refuses = false
    await page.visits.learn(segment('vip'))
    expect(pastOf(await open(page.memory, {}, remember))).toMatchObject({ purchases: 1, segment: 'vip' })
  })

  test('costs no transaction where nothing changes', async () => {
    const page = await open(undefined, {}, remember)
    await page.visits.learn((past) => past)
    expect(page.memory.words).toEqual(['update visit'])
  })

  test('is not that of a visit that had to be forced', async () => {
    const first = await open(undefined, {}, remember)
    const { visits } = setUp(first.memory, {}, { journey: { ...journey, arrive: (old, at, isUnknown) => ({ ...journey.arrive(old, at), visits: isUnknown ? 0 : 9 }) } })
    visits.force()
    expect(visits.current().past?.visits).toBe(0)
  })
})

describe('who is stored', () => {
  test('is known also where nothing was read, and nobody is where nothing is stored', async () => {
    const { memory, visits, visitor } = await open()
    visits.identify('u1')
    await settled()
    const words = memory.words.length
    const later = setUp(memory)
    expect([await later.visits.stored(), later.visits.who(), memory.words.length - words]).toEqual([{ visitor, user: 'u1' }, { visitor: undefined, user: undefined }, 0])
    expect(await setUp().visits.stored()).toBeUndefined()
  })

  test('is nobody where storage refuses', async () => {
    const memory = createMemory()
    memory.refuses = true
    expect(await setUp(memory).visits.stored()).toBeUndefined()
  })

  test('is found erased only where this page had stored it', async () => {
    const page = await open()
    expect(await page.visits.isErased()).toBe(false)
    page.memory.kept.clear()
    expect(await page.visits.isErased()).toBe(true)
    page.memory.refuses = true
    expect(await page.visits.isErased()).toBe(false)
    const other = createMemory()
    other.refuses = true
    const { visits } = await open(other)
    other.refuses = false
    expect(await visits.isErased()).toBe(false)
  })
})
