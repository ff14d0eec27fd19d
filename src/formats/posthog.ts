import { byStatus } from '../by-status.js'
import { segmentName, toSegment } from '../segment-words.js'
import { anonymousOf, isoOf, type Told, toldIn, write } from '../told.js'
import type { Format } from '../types.js'

/** Settings of `posthog`. */
export interface PostHogOptions {
  /** The project's key, `phc_…`. It is public: it goes with every batch. */
  readonly apiKey: string
}

/**
 * PostHog's batch endpoint, `https://<host>/batch/`: page views are `$pageview`, who is named is `$identify`, all else goes by the names of Segment's e-commerce spec, as PostHog's own. Persons are
 * made only of who was named. No preflight. Throws a `TypeError` without a key.
 */
export function posthog({ apiKey }: PostHogOptions): Format {
  if (!apiKey || typeof apiKey !== 'string') throw new TypeError('rihla: apiKey must be the key of a project')
  return {
    encode: (batch) => write({ api_key: apiKey, sent_at: isoOf(batch.sentAt), batch: toldIn(batch).map((told) => toEvent(told, batch.sdk)) }),
    // PostHog takes what is beyond a project's quota, and throws it away.
    classify: (answer) => byStatus(answer, ({ quota_limited: limited }) => ({ ...(Array.isArray(limited) && limited.length && { complaint: `PostHog throws away what is beyond the quota of ${limited.join()}` }) })),
  }
}

function toEvent(told: Told, sdk: string) {
  const { id, name, at, seq, source, stage, props, page, visit } = told
  const [$lib, $lib_version] = sdk.split('/')
  const isIdentify = name === 'identify'
  const $user = page.user
  return {
    event: isIdentify ? '$identify' : name === 'page_view' ? '$pageview' : segmentName(name),
    distinct_id: $user ?? anonymousOf(told),
    timestamp: isoOf(at),
    uuid: id,
    properties: {
      ...(isIdentify ? { $set: props, $anon_distinct_id: anonymousOf(told) } : toSegment(name, props)),
      $session_id: page.visit,
      $current_url: page.url,
      $referrer: page.referrer,
      title: page.title,
      ...visit.campaign,
      $process_person_profile: !!$user,
      $lib,
      $lib_version,
      rihla_stage: stage?.id,
      rihla_stage_confidence: stage?.confidence,
      rihla_source: source,
      rihla_channel: visit.channel,
      rihla_seq: seq,
    },
  }
}
