/** The hash of each file that the script tag loads, by name: the build fills it in. */
export const INTEGRITY: { readonly [file: string]: string } = {}
