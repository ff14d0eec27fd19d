// Without the recorder.
import mixpanel from 'mixpanel-browser/src/loaders/loader-module-core'

mixpanel.init('bench', { api_host: window.ENDPOINT, autocapture: false, track_pageview: false, persistence: 'localStorage' })
window.act = (name, props) => mixpanel.track(name, props)
