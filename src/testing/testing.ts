export { createTestCollector, type TestAnswer, type TestCollector, type TestCollectorOptions, type TestRequest } from './collector.js'
export type { ContractCheck, TestPage } from './page.js'
export { sourceContract, type SourceFixtures } from './source-contract.js'
export { type CartFixture, storeContract, type StoreFixtures, type StorePage, type StoreRequest } from './store-contract.js'
