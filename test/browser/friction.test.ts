import type { ServerResponse } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import { engines, type Tab } from '../harness/engines.js'
import { useShop } from '../harness/shop-page.js'

/** One thing that a shopper does, and what is to be told of it. */
interface Scenario {
  /** What is clicked is `#x`. */
  readonly html: string
  /** Runs before it, with `$` for the element of a selector and `on` for a listener of `#x`. */
  readonly script?: string
  /** @default a click on `#x` */
  readonly act?: (tab: Tab) => Promise<unknown>
  /** @default nothing */
  readonly told?: readonly Told[]
}

type Told = readonly [name: string, props?: { readonly [name: string]: unknown }]

const times = (count: number) => (tab: Tab) => tab.click('#x', count)
/** Tab and Enter, as WebDriver writes them. */
const enter = (tab: Tab) => tab.type('#field', '\uE004\uE007')
const button = '<button id="x">Do it</button>'
const write = "on('click', () => ($('#out').textContent += '.'))"
const out = '<p id="out"></p>'

/** Where nothing is wrong. */
const fine: { readonly [what: string]: Scenario } = {
  'a button that writes something': { html: button + out, script: write },
  'a button that changes a class': { html: button, script: "on('click', () => document.body.classList.toggle('dark'))" },
  'a button that takes a moment': { html: button + out, script: "on('click', () => setTimeout(() => ($('#out').textContent = 'done'), 150))" },
  'a request that takes long, with nothing to see': { html: button, script: "on('click', () => fetch('/slow').catch(() => {}))" },
  'an XMLHttpRequest that takes long': { html: button, script: "on('click', () => { const xhr = new XMLHttpRequest(); xhr.open('GET', '/slow'); xhr.send() })" },
  'a request to another origin': { html: button, script: "on('click', () => fetch(other + '/allowed').catch(() => {}))" },
  'a cart that shows at once what its server says later': { html: `<button id="x">Add to cart</button>${out}`, script: `${write}; on('click', () => fetch('/slow').catch(() => {}))` },
  'three of a thing, each counted': { html: `<button id="x">Add to cart</button>${out}`, script: write, act: times(3) },
  'a double click on a button that answers': { html: button + out, script: write, act: times(2) },
  'a stepper beside its field, which changes no element': { html: '<div><button>-</button><input type="number" value="1"><button id="x">More</button></div>', script: "on('click', () => $('input').value++)", act: times(5) },
  'a plus sign': { html: `<span>1</span><button id="x">+</button>`, script: "on('click', () => setTimeout(() => $('span').textContent++, 200))", act: times(4) },
  'a stepper that asks its server': { html: '<button id="x" class="js-qty-up">mehr</button><span>1</span>', script: "on('click', () => fetch('/ok').then(() => $('span').textContent++))", act: times(4) },
  'a minus that is at its end': { html: '<span>1</span><button id="x">−</button>' },
  'a game of plus and minus': {
    html: '<div class="quantity"><button id="y">-</button><b>1</b><button id="x">+</button></div>',
    script: "on('click', () => $('b').textContent++); $('#y').onclick = () => $('b').textContent--",
    act: async (tab) => {
      for (const at of ['#x', '#y', '#x', '#y', '#x']) await tab.click(at)
    },
  },
  'a carousel': { html: '<button id="x" aria-label="Next slide">›</button><div id="strip">1 2 3</div>', script: "let at = 0; on('click', () => ($('#strip').style.transform = `translateX(${--at * 10}px)`))", act: times(5) },
  'a carousel at its end': { html: '<button id="x" class="carousel__next">Weiter</button>', act: times(3) },
  'pages of a list, loaded one by one': { html: `<button id="x" class="load-more">Mehr laden</button>${out}`, script: "on('click', () => fetch('/ok').then(() => ($('#out').textContent += '.')))", act: times(3) },
  'a range': { html: '<input id="x" type="range">', act: times(3) },
  'a slider of its own making': { html: '<div id="x" role="slider" tabindex="0" style="width:200px;height:20px;background:#ccc;cursor:pointer"></div>', act: times(3) },
  'a menu that opens as it is pressed': { html: '<button id="x">Menu</button><ul hidden><li>One</li></ul>', script: "on('pointerdown', () => ($('ul').hidden = false))" },
  'a menu that opens when it is clicked': { html: '<button id="x" aria-haspopup="menu">Menu</button><ul hidden><li>One</li></ul>', script: "on('click', () => ($('ul').hidden = !$('ul').hidden))" },
  'a menu that closes when the page beside it is clicked': { html: '<ul><li>One</li></ul><div id="x" style="height:80px">Beside</div>', script: "document.onclick = () => ($('ul').hidden = true)" },
  'an accordion, opened and closed': { html: '<button id="x" aria-expanded="false">More</button><p hidden>Text</p>', script: "on('click', () => ($('p').hidden = !$('p').hidden))", act: times(4) },
  'a summary': { html: '<details><summary id="x">More</summary>Text</details>' },
  'a popover': { html: '<button id="x" popovertarget="pop">More</button><div id="pop" popover>Text</div>' },
  'a dialog': { html: `${button}<dialog>Text</dialog>`, script: "on('click', () => $('dialog').showModal())" },
  'a backdrop that closes its modal': { html: '<div id="x" style="position:fixed;inset:0;cursor:pointer"></div>', script: "on('click', () => $('#x').remove())" },
  // As `confirm` does until it is answered.
  'a question that holds the page up': { html: button, script: "on('click', () => { const end = performance.now() + 600; while (performance.now() < end); })" },
  'a label': { html: '<label id="x" for="r">Red</label><input type="radio" id="r">' },
  'a label whose radio is chosen already': { html: '<label id="x" for="r">Red</label><input type="radio" id="r" checked>', act: times(3) },
  'a label around a hidden radio': { html: '<label style="cursor:pointer"><input type="radio" style="position:absolute;opacity:0;pointer-events:none"><span id="x">Red</span></label>' },
  'a checkbox': { html: '<input type="checkbox" id="x">', act: times(3) },
  'a native list': { html: '<select id="x"><option>One<option>Two</select>' },
  'a code that is copied without a word': { html: '<button id="x">Copy SAVE10</button>', script: "on('click', () => navigator.clipboard.writeText('SAVE10').catch(() => {}))" },
  'a code that is copied the old way': { html: '<button id="x">Copy</button><input value="SAVE10">', script: "on('click', () => { $('input').select(); document.execCommand('copy') })" },
  'a word that is selected by a double click': { html: '<p id="x">Linen, washed and soft</p>', act: times(2) },
  'a paragraph that is selected by three clicks': { html: '<p id="x" style="cursor:pointer">Linen, washed and soft</p>', act: times(3) },
  'a field whose text is selected': { html: '<input id="x" value="Linen">', act: times(3) },
  'text that is edited': { html: '<div id="x" contenteditable>Linen</div>', act: times(3) },
  'a game': { html: '<canvas id="x" width="80" height="80"></canvas>', act: times(5) },
  'a blank place': { html: '<div id="x" style="height:80px"></div>', act: times(3) },
  'a button that is off': { html: '<button id="x" disabled>Pay now</button>', act: times(3) },
  'a button that says it is off': { html: '<button id="x" aria-disabled="true">Pay now</button>', act: times(3) },
  'a region that is left alone': { html: '<div data-rihla-ignore><button id="x">Play</button></div>', act: times(4) },
  'a region that the shop leaves alone': { html: '<div class="game"><button id="x">Play</button></div>', act: times(4) },
  'a route of a single-page shop that is slow to draw': { html: '<a id="x" href="/set/two">Two</a>', script: "on('click', (event) => { event.preventDefault(); history.pushState({}, '', '/set/two') })" },
  'a card that leads to a route': { html: '<div id="x" style="cursor:pointer">Linen</div>', script: "on('click', () => history.pushState({}, '', '/set/three'))" },
  'a link to a place below': { html: '<a id="x" href="#below">Below</a><div style="height:3000px"></div><p id="below">Here</p>' },
  'a link to the place where one is': { html: '<a id="x" href="#here">Here</a><p id="here">Here</p>', script: "location.hash = 'here'" },
  'a way back to the top': { html: '<div style="height:3000px"></div><button id="x" style="position:fixed;top:0">Top</button>', script: "scrollTo(0, 900); on('click', () => scrollTo(0, 0))" },
  'a button that brings the cursor to a field': { html: `${button}<input>`, script: "on('click', () => $('input').focus())" },
  'a form that finds something missing': { html: '<form><input required name="city"><button id="x">Pay now</button></form>' },
  'a form that is sent by script': { html: '<form><button id="x">Pay now</button></form>', script: "$('form').onsubmit = (event) => { event.preventDefault(); fetch('/slow').catch(() => {}) }" },
  'a form that is emptied': { html: '<form><input value="a"><button id="x" type="reset">Empty</button></form>' },
  'the tab that is shown': { html: '<div role="tablist"><button id="x" role="tab" aria-selected="true">Details</button></div>', act: times(1) },
  'the colour that is chosen': { html: '<button id="x" class="swatch swatch--selected">Red</button>' },
  'a heart, on and off': { html: '<button id="x" class="like-it">♥</button>', script: "on('click', () => setTimeout(() => $('#x').classList.toggle('full'), 150))", act: times(4) },
  'a component with its own tree': { html: '<my-button id="x"></my-button>', script: "const root = $('#x').attachShadow({ mode: 'open' }); root.innerHTML = '<button>Do it</button><i></i>'; root.querySelector('button').onclick = () => (root.querySelector('i').textContent = 'done')" },
  'a button that is pressed by a key': { html: `<input id="field">${button}${out}`, script: write, act: enter },
  'a click by script': { html: button, act: (tab) => tab.eval("document.querySelector('#x').click(), 0") },
  'a search that is given up for the next': { html: button, script: "on('click', () => { const abort = new AbortController(); fetch('/slow', { signal: abort.signal }).catch(() => {}); abort.abort() })" },
  'a request that had begun before and fails after': {
    html: button + out,
    script: write,
    act: async (tab) => {
      await tab.eval("new Promise((done) => setTimeout(done, 600)).then(() => (fetch('/slow-failure').catch(() => {}), 0))")
      await tab.click('#x')
    },
  },
  'a measurement that a blocker ends': { html: button + out, script: `${write}; on('click', () => fetch('http://127.0.0.1:9/collect').catch(() => {}))` },
  'an error that comes all the time': {
    html: button + out,
    script: `${write}; window.tick = () => dispatchEvent(new ErrorEvent('error', { message: 'tick' })); on('click', () => tick())`,
    act: async (tab) => {
      await tab.eval('new Promise((done) => setTimeout(done, 2200)).then(() => (tick(), 0))')
      await tab.click('#x')
    },
  },
}

/** Where a shopper is let down. */
const wrong: { readonly [what: string]: Scenario } = {
  'a button that does nothing': { html: button, told: [['dead_click', { selector: 'button#x', text: 'Do it' }]] },
  'a button that does nothing, by a key': { html: `<input id="field">${button}`, act: enter, told: [['dead_click']] },
  'a dead button to pay': { html: '<button id="x">Pay now</button>', told: [['dead_click', { control: 'pay' }]] },
  'a dead button to pay, in Arabic': { html: '<button id="x">ادفع الآن</button>', told: [['dead_click', { control: 'pay' }]] },
  'a dead button to order, in Persian': { html: '<button id="x">ثبت سفارش</button>', told: [['dead_click', { control: 'pay' }]] },
  'a dead button to add to the cart': { html: '<form action="/cart/add" onsubmit="return false"><button id="x">In den Korb</button></form>', told: [['dead_click', { control: 'add_to_cart' }]] },
  'a dead button to add to the cart, beside the quantity': { html: '<form class="cart" onsubmit="return false"><input type="number" class="qty" value="1"><button id="x" name="add-to-cart" value="13">In den Warenkorb</button></form>', told: [['dead_click', { control: 'add_to_cart' }]] },
  'a form whose script forgets to send it': { html: '<form><button id="x" name="place_order">Weiter</button></form>', script: "$('form').onsubmit = (event) => event.preventDefault()", told: [['dead_click', { control: 'pay' }]] },
  'a link that leads nowhere': { html: '<a id="x" href="#">Sizes</a>', told: [['dead_click']] },
  'a link to a script that does nothing': { html: '<a id="x" href="javascript:void(0)">Sizes</a>', told: [['dead_click']] },
  'something that only looks like a button': { html: '<div id="x" style="cursor:pointer">Linen</div>', told: [['dead_click', { selector: 'div#x' }]] },
  'a dead button within a component': { html: '<my-button id="x"></my-button>', script: "$('#x').attachShadow({ mode: 'open' }).innerHTML = '<button name=inner>Do it</button>'", told: [['dead_click', { selector: 'button[name=inner]' }]] },
  'a dead button after a field that minds being left': {
    html: `<input id="field">${button}`,
    script: "$('#field').onblur = () => $('#field').classList.add('touched')",
    act: async (tab) => {
      await tab.click('#field')
      await tab.click('#x')
    },
    told: [['dead_click']],
  },
  'two clicks on a dead button': { html: button, act: times(2), told: [['dead_click']] },
  'rage at a dead button': { html: button, act: times(4), told: [['rage_click', { times: 4, dead: true }]] },
  'rage at a button that only spins': { html: `<button id="x">Pay now</button>${out}`, script: "on('click', () => { $('#out').textContent = 'wait'; fetch('/slow').catch(() => {}) }, { once: true })", act: times(4), told: [['rage_click', { times: 4, control: 'pay' }]] },
  'rage at a picture': { html: '<img id="x" alt="" width="80" height="80" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', act: times(3), told: [['rage_click', { times: 3 }]] },
  'an error': { html: button, script: "on('click', () => dispatchEvent(new ErrorEvent('error', { message: 'cart is undefined' })))", told: [['error_click', { cause: 'error', message: 'cart is undefined' }]] },
  'a rejection, later': { html: button + out, script: `${write}; on('click', () => setTimeout(() => dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise: Promise.resolve(), reason: new TypeError('no stock') })), 200))`, told: [['error_click', { cause: 'rejection', message: 'no stock' }]] },
  'a server that fails': { html: '<button id="x">Add to cart</button>', script: "on('click', () => fetch('/broken'))", told: [['error_click', { cause: 'request', status: 500, path: '/broken', control: 'add_to_cart' }]] },
  'a server that refuses, and says so': { html: `<button id="x">Add to cart</button>${out}`, script: "on('click', () => fetch('/refused').then(() => ($('#out').textContent = 'Sold out')))", told: [['error_click', { cause: 'request', status: 422 }]] },
  'a server that is gone': { html: button, script: "on('click', () => fetch('/gone').catch(() => {}))", told: [['error_click', { cause: 'request', path: '/gone' }]] },
  'an XMLHttpRequest that fails': { html: button, script: "on('click', () => { const xhr = new XMLHttpRequest(); xhr.open('POST', '/broken'); xhr.send() })", told: [['error_click', { cause: 'request', status: 500 }]] },
}

describe.each(engines.filter(({ name }) => name !== 'webkit'))('friction in $name', (engine) => {
  const shop = useShop(engine)

  beforeEach(() => {
    const answers = (status: number, ms = 0) => (_: unknown, response: ServerResponse) => void setTimeout(() => response.writeHead(status, { 'access-control-allow-origin': '*' }).end('x'), ms)
    for (const [path, status, ms] of [['/ok', 200], ['/allowed', 200, 900], ['/slow', 200, 900], ['/slow-failure', 500, 900], ['/broken', 500], ['/refused', 422]] as const) shop.pages.add(path, answers(status, ms))
    shop.pages.add('/gone', (request) => void request.socket.destroy())
  })

  const open = async (path = '/set') => {
    const tab = await shop.newTab()
    // Past `shop.add`, which takes every error for a flaw.
    await tab.goto(
      shop.pages.add(path, {
        before: `window.other = ${JSON.stringify(shop.pages.otherOrigin)}`,
        module: `import { createTracker } from 'rihla'
import { friction } from 'rihla/sources/friction'
window.tracker = createTracker({ endpoint: ${JSON.stringify(shop.collector.url)}, site: 'shop', consent: 'granted', grace: 0, sources: [friction({ deadAfter: 300, ignore: '.game' })] })`,
        body: '<main></main>',
      }),
    )
    await tab.until("'tracker' in window")
    return tab
  }

  const run = async (tab: Tab, { html, script = '', act = times(1) }: Scenario, ms: number): Promise<Told[]> => {
    await tab.eval(
      (html: string, script: string) => {
        scrollTo(0, 0)
        document.onclick = null
        document.querySelector('main')!.innerHTML = html
        const $ = (selector: string) => document.querySelector(selector)
        const on = (type: string, listener: () => void, options?: AddEventListenerOptions) => $('#x')!.addEventListener(type, listener, options)
        new Function('$', 'on', script)($, on)
      },
      html,
      script,
    )
    // What has just been written is no effect of what comes next.
    await tab.eval('new Promise((done) => setTimeout(done, 50))')
    const before = shop.collector.stored().length
    await act(tab)
    await tab.eval((ms: number) => new Promise((done) => setTimeout(done, ms)), ms)
    await tab.eval('tracker.flush()')
    return shop.collector.stored().slice(before).map(({ name, props }) => [name, props])
  }

  const all = Object.entries({ ...fine, ...wrong })
  it(`tells of what lets a shopper down and of nothing else, in ${all.length} interactions`, { timeout: 300_000 }, async () => {
    const tab = await open()
    const seen: { [what: string]: unknown } = {}
    const labels: { [what: string]: unknown } = {}
    for (const [what, scenario] of all) {
      const { act, told = [] } = scenario
      // Until the last verdict: of one click that nothing follows, of several that belong together, of a request that fails.
      seen[what] = await run(tab, scenario, act || told.some(([name]) => name !== 'dead_click') ? 1100 : 400)
      labels[what] = told.map(([name, props]) => [name, expect.objectContaining(props ?? {})])
    }
    expect(seen).toEqual(labels)
  })
})
