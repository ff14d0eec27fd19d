import * as amplitude from '@amplitude/analytics-browser'

amplitude.init('bench', undefined, { serverUrl: window.ENDPOINT, autocapture: false, fetchRemoteConfig: false, remoteConfig: { fetchRemoteConfig: false } })
window.act = (name, props) => void amplitude.track(name, props)
