// Plugins inside: the other build loads them from its maker's servers.
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

const analytics = new RudderAnalytics()
const source = { id: 'bench', name: 'bench', writeKey: 'bench', enabled: true, workspaceId: 'bench', destinations: [], connections: [], config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } }, dataplanes: {} }
analytics.load('bench-key', window.ENDPOINT, { getSourceConfig: () => ({ updatedAt: '2026-01-01T00:00:00Z', source }), loadIntegration: false, sendAdblockPage: false })
window.act = (name, props) => analytics.track(name, props)
