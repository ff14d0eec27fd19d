import type { Tab } from './tab.js'

/** What a shopper does in each shop of `examples/frameworks`: looks at the coffee, puts it into the cart, looks at the cups, and goes back. `ready`: what is true once the page answers to clicks, where a server has rendered it. */
export async function visitShop(tab: Tab, home: string, ready = 'true'): Promise<void> {
  const isAt = (title: string) => tab.until(`document.querySelector('h1')?.textContent === '${title}'`)
  await tab.goto(home)
  await isAt('Home')
  await tab.until(ready)
  await tab.click('[id="FJ-101"]')
  await isAt('Yirgacheffe Natural')
  await tab.click('#add')
  await tab.click('[id="FJ-301"]')
  await isAt('Finjan cups')
  await tab.eval(() => history.back())
  await isAt('Yirgacheffe Natural')
}
