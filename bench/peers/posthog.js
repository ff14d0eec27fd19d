// The build without extensions, as its maker advises where bytes count.
import { posthog } from 'posthog-js/dist/module.slim.js'

posthog.init('phc_bench', {
  api_host: window.ENDPOINT,
  autocapture: false,
  capture_pageview: false,
  capture_pageleave: false,
  disable_session_recording: true,
  disable_surveys: true,
  advanced_disable_flags: true,
  disable_external_dependency_loading: true,
  // It takes an automated browser for a robot, and a burst for a loop.
  opt_out_useragent_filter: true,
  rate_limiting: { events_per_second: 10_000, events_burst_limit: 10_000 },
})
window.act = (name, props) => posthog.capture(name, props)
