import { OpenPanel } from '@openpanel/web'

const op = new OpenPanel({ apiUrl: window.ENDPOINT, clientId: 'bench', trackScreenViews: false, trackOutgoingLinks: false, trackAttributes: false })
window.act = (name, props) => void op.track(name, props)
