import { storeOn } from '../../src/collector/clickhouse/clickhouse.js'
import { testMaps } from '../contracts/collector-maps.js'
import { describeStore } from '../contracts/collector-store.js'
import { useChdb } from '../harness/chdb.js'

const fresh = useChdb()
const open = () => storeOn([fresh()])

describeStore('a current ClickHouse engine', open)
testMaps('a current ClickHouse engine', open, 5)
