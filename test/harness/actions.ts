/** The actions of a pointer that clicks the middle of an element so many times, one right after the other. */
export const pointer = (origin: object, times = 1): object => ({
  type: 'pointer',
  id: 'mouse',
  actions: [
    { type: 'pointerMove', x: 0, y: 0, origin },
    ...Array.from({ length: times }, (_, i) => [...(i ? [{ type: 'pause', duration: 80 }] : []), { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }]).flat(),
  ],
})

/** The actions of a keyboard that types a text. */
export const keyboard = (text: string): object => ({ type: 'key', id: 'keyboard', actions: [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) })
