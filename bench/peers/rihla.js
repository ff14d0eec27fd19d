// The core alone, as `rihla` on npm, without sources.
import { createTracker } from 'rihla'

const tracker = createTracker({ endpoint: window.ENDPOINT, site: 'bench', consent: 'granted' })
window.act = (name, props) => tracker.track(name, props)
window.rihla = (method, ...args) => tracker[method](...args)
