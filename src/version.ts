/** Name and version as they travel on the wire. */
export const SDK = 'rihla/0.1.0'
