import { aida } from '../stages/aida.js'
import { ecommerceSix } from '../stages/ecommerce-six.js'
import { five } from '../stages/five.js'
import { funnel } from '../stages/funnel.js'
import { saas } from '../stages/saas.js'
import type { StageModel } from '../types.js'

/** The stage models that maps are drawn in where nobody has said which, the usual one first. */
export const MODELS: readonly StageModel[] = [five, ecommerceSix, aida, funnel, saas]
