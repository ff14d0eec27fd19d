/** Code for a page: an expression, or a function that takes JSON arguments and sees nothing of the test around it. */
export type Script<T, A extends readonly unknown[]> = string | ((...args: A) => T | Promise<T>)

/** Makes an expression of it, to be evaluated in a page. */
export const expressionOf = <T, A extends readonly unknown[]>(script: Script<T, A>, args: readonly unknown[]): string =>
  typeof script === 'string' ? `(${script})` : `(${script})(${args.map((each) => JSON.stringify(each) ?? 'undefined').join(',')})`
