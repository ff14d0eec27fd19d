/** Settings with a stage model that never moves: where delivery is counted, no `stage_change` follows a touchpoint. */
export const still = { stages: { id: 'still', version: 1, stages: [{ id: 'a' }, { id: 'b' }], rules: [] } }
