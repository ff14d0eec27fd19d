import { rihla } from 'rihla/vue'
import { createApp } from 'vue'
import { tracker } from '../tracker.js'
import App from './App.vue'

createApp(App, { first: location.pathname }).use(rihla(tracker)).mount('#app')
