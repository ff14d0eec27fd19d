import { byStatus } from '../by-status.js'
import { segmentName, toSegment } from '../segment-words.js'
import { anonymousOf, isoOf, type Told, toldIn, write } from '../told.js'
import type { Format } from '../types.js'

/** Settings of `segment`. */
export interface SegmentOptions {
  /** The source's write key. It is public: it goes with every batch. */
  readonly writeKey: string
}

/**
 * Segment's batch API, which RudderStack and Jitsu have, too: page views are `page`, who is named is `identify`, all else is `track` under the names of Segment's e-commerce spec. Stage, source
 * and place in the journey are in `context.rihla`. No preflight. Throws a `TypeError` without a write key.
 */
export function segment({ writeKey }: SegmentOptions): Format {
  if (!writeKey || typeof writeKey !== 'string') throw new TypeError('rihla: writeKey must be the write key of a source')
  return {
    encode: (batch) => write({ writeKey, sentAt: isoOf(batch.sentAt), batch: toldIn(batch).map((told) => ({ ...toEvent(told), ...toCommon(told, batch.sdk) })) }),
    classify: byStatus,
  }
}

function toEvent({ name, props, page: { url, title, referrer } }: Told) {
  if (name === 'identify') return { type: 'identify', traits: props }
  if (name === 'page_view') return { type: 'page', properties: { ...props, url, title, referrer } }
  return { type: 'track', event: segmentName(name), properties: toSegment(name, props) }
}

function toCommon(told: Told, sdk: string) {
  const { id, at, seq, source, stage, page, visit } = told
  const { utm_campaign: name, utm_source, utm_medium: medium, utm_term: term, utm_content: content } = visit.campaign
  const [library, version] = sdk.split('/')
  return {
    messageId: id,
    anonymousId: anonymousOf(told),
    userId: page.user,
    timestamp: isoOf(at),
    context: {
      page: { url: page.url, title: page.title, referrer: page.referrer },
      locale: page.locale,
      campaign: { name, source: utm_source, medium, term, content },
      library: { name: library, version },
      rihla: { stage, source, seq, tab: page.tab, visit: page.visit, channel: visit.channel, marks: page.marks },
    },
  }
}
