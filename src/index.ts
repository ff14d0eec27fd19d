export { createTracker } from './tracker.js'
export type { Channel, Touch } from './channels.js'
export type * from './types.js'
export type { EventName, EventProps, Item, Vocabulary } from './vocabulary.js'
