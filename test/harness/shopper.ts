import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Tab } from './tab.js'

const ADDRESS = { '#email': 'mina@shop.example', '#name': 'Mina Rad', '#street': 'Long Lane 1', '#city': 'Berlin', '#postcode': '10115' }
const CARD = { '#card_name': 'Mina Rad', '#card_expiry': '12/40', '#card_cvc': '123' }
/** Cards that the example shop takes and declines. */
const CARDS = { good: '4242424242424242', declined: '4000000000000002' }

/** Clicks what is there once the page has loaded, and no sooner than the tracker knows who is here: nobody sees a page in that time. */
export async function press(tab: Tab, selector: string): Promise<void> {
  await tab.until(`!!document.querySelector(${JSON.stringify(selector)}) && document.readyState === 'complete'`)
  if (await tab.eval(`!!window.rihla?.version && document.cookie.includes('consent=granted')`)) await tab.eval(`rihla('saved')`)
  await tab.eval(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'center', behavior: 'instant' })`)
  await tab.click(selector)
}

async function fill(tab: Tab, fields: { readonly [selector: string]: string }): Promise<void> {
  for (const [selector, text] of Object.entries(fields)) {
    await tab.until(`!!document.querySelector(${JSON.stringify(selector)}) && document.readyState === 'complete'`)
    await tab.type(selector, text)
  }
}

/** Comes to the home page of the example shop, and accepts to be tracked. */
export async function arrive(tab: Tab, url: string): Promise<void> {
  await tab.goto(url)
  await press(tab, '#consent-accept')
  await tab.until(`document.cookie.includes('consent=granted')`)
}

/** Opens a product of the home page. */
export async function openProduct(tab: Tab): Promise<void> {
  await press(tab, 'a[data-item="FJ-101"]')
  await tab.until(`location.pathname.includes('/product/')`)
}

/** From a product page to where one pays. */
export async function goToPayment(tab: Tab): Promise<void> {
  await press(tab, '#add-to-cart')
  await tab.until(`location.pathname.endsWith('/cart')`)
  await press(tab, '#to-checkout')
  await tab.until(`location.pathname.endsWith('/address')`)
  await fill(tab, ADDRESS)
  await tab.eval(`document.querySelector('#country').value = 'DE'`)
  await press(tab, '#continue')
  await tab.until(`location.pathname.endsWith('/shipping')`)
  await press(tab, '#continue')
  await tab.until(`location.pathname.endsWith('/payment')`)
}

/** Gives a card that is declined. */
export async function failToPay(tab: Tab): Promise<void> {
  await fill(tab, { ...CARD, '#card_number': CARDS.declined })
  await press(tab, '#continue')
  await tab.until(`!!document.querySelector('#errors') && document.readyState === 'complete'`)
}

/** Gives a card that is taken, and orders. */
export async function buy(tab: Tab): Promise<void> {
  await tab.eval(`document.querySelectorAll('#card_name,#card_number,#card_expiry,#card_cvc').forEach((field) => { field.value = '' })`)
  await fill(tab, { ...CARD, '#card_number': CARDS.good })
  await press(tab, '#continue')
  await tab.until(`location.pathname.endsWith('/review')`)
  await press(tab, '#place-order')
  await tab.until(`location.pathname.includes('/thank-you/') && document.readyState === 'complete'`)
}

/** An endpoint that passes on to another what a browser sends that is driven by a program, as if a person sat before it: maps leave programs out. */
export async function asPeople(endpoint: string): Promise<{ readonly endpoint: string; readonly close: () => void }> {
  const server = createServer(async (request, response) => {
    const batch = JSON.parse(await text(request)) as { readonly pages: { readonly [page: string]: { marks?: readonly string[] } } }
    for (const page of Object.values(batch.pages)) delete page.marks
    const answer = await fetch(endpoint, { method: 'POST', body: JSON.stringify(batch), headers: { 'content-type': 'text/plain', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' } })
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/collect`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
