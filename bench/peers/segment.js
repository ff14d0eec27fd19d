import { AnalyticsBrowser } from '@segment/analytics-next'

const apiHost = window.ENDPOINT.replace(/^http:\/\//, '')
const analytics = AnalyticsBrowser.load({ writeKey: 'bench', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'bench', apiHost, protocol: 'http' } } } })
window.act = (name, props) => void analytics.track(name, props)
