import { init, track } from '@plausible-analytics/tracker'

// It leaves out automated browsers but for its own tests.
window.__plausible = true
init({ domain: 'bench', endpoint: `${window.ENDPOINT}/api/event`, autoCapturePageviews: false, captureOnLocalhost: true, logging: false })
window.act = (name, props) => track(name, { props })
