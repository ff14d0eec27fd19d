export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  telemetry: false,
  // The shop's own collector.
  serverHandlers: [{ route: '/api/rihla/**', handler: '~~/server/rihla/nuxt.js' }],
})
