import { rihla } from 'rihla/vue'
import { tracker } from '../../../tracker.js'

// On the server, too, where the tracker does nothing: components ask for it as they are rendered.
export default defineNuxtPlugin(({ vueApp }) => void vueApp.use(rihla(tracker)))
