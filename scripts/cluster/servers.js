// @ts-check
// The servers of a cluster, each a process of its own on loopback, with all that it keeps below one folder.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/**
 * `kill` ends it as a power cut would (SIGKILL), `stop` politely; `start` starts it again with what it has kept. All resolve when that is done.
 * @typedef {{ name: string, url: string, pid: () => number | undefined, start: () => Promise<void>, stop: () => Promise<void>, kill: () => Promise<void> }} Server
 */

// So long a server may take until it answers, ms.
const patience = 30_000

/** A port that nobody listens at. @type {() => Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** Whether an address answers with 200. @type {(url: string) => Promise<boolean>} */
const answers = (url) => fetch(url, { signal: AbortSignal.timeout(1000) }).then(({ ok }) => ok, () => false)

/**
 * A server that runs until it is stopped. @type {(given: { name: string, command: string, args: readonly string[], url: string, health: string }) => Server}
 */
export const serverOf = ({ name, command, args, url, health }) => {
  /** @type {{ pid: number | undefined, ended: Promise<void>, signal: (name: NodeJS.Signals) => void } | undefined} */
  let running
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    const mine = running
    running = undefined
    mine?.signal(signal)
    // What does not go politely has to.
    if (mine && signal !== 'SIGKILL') await Promise.race([mine.ended, sleep(10_000, undefined, { ref: false })]).then(() => mine.signal('SIGKILL'))
    await mine?.ended
  }
  return {
    name,
    url,
    pid: () => running?.pid,
    start: async () => {
      if (running) return
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (/** @type {Buffer} */ data) => (output = (output + data).slice(-2000)))
      let isOver = false
      /** @type {Promise<void>} */
      const ended = new Promise((resolve) => {
        const over = () => resolve(void (isOver = true))
        child.once('exit', over)
        child.once('error', (error) => {
          output += error.message
          over()
        })
      })
      running = { pid: child.pid, ended, signal: (signal) => child.kill(signal) }
      for (const deadline = Date.now() + patience; !(await answers(health)); await sleep(50)) {
        if (isOver || Date.now() > deadline) {
          await end('SIGKILL')
          throw new Error(`${name} does not start: ${output.trim().split('\n').slice(-3).join(' ') || 'it does not answer'}`)
        }
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

/**
 * A ClickHouse server. From 18.16 on.
 * @type {(given: { folder: string, command?: string, memory?: number }) => Promise<Server>}
 */
export const clickhouse = async ({ folder, command = 'clickhouse-server', memory = 2_000_000_000 }) => {
  mkdirSync(`${folder}/tmp`, { recursive: true })
  const [http, tcp] = [await freePort(), await freePort()]
  const users = `<yandex><profiles><default><max_memory_usage>${memory}</max_memory_usage></default></profiles><users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users><quotas><default></default></quotas></yandex>`
  writeFileSync(`${folder}/users.xml`, users)
  const config = `<yandex><logger><level>warning</level><log>${folder}/server.log</log><errorlog>${folder}/error.log</errorlog></logger><http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
    <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path><users_config>${folder}/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database><timezone>UTC</timezone><mark_cache_size>268435456</mark_cache_size></yandex>`
  writeFileSync(`${folder}/config.xml`, config)
  const url = `http://127.0.0.1:${http}`
  return serverOf({ name: 'clickhouse-server', command, args: [`--config-file=${folder}/config.xml`], url, health: `${url}/ping` })
}

/**
 * NATS servers with JetStream, so many, as one cluster. From 2.9 on.
 * @type {(given: { folder: string, command?: string, count?: number }) => Promise<Server[]>}
 */
export const nats = async ({ folder, command = 'nats-server', count = 3 }) => {
  const ports = await Promise.all(Array.from({ length: count }, async () => ({ client: await freePort(), cluster: await freePort(), monitor: await freePort() })))
  return ports.map(({ client, cluster, monitor }, i) => {
    mkdirSync(`${folder}/${i}`, { recursive: true })
    const routes = ports.map((each) => `nats-route://127.0.0.1:${each.cluster}`).join(', ')
    const together = count > 1 ? `cluster { name: rihla, listen: 127.0.0.1:${cluster}, routes: [${routes}] }` : ''
    writeFileSync(`${folder}/${i}/nats.conf`, `server_name: n${i + 1}\nlisten: 127.0.0.1:${client}\nhttp: 127.0.0.1:${monitor}\njetstream { store_dir: "${folder}/${i}/data" }\n${together}\n`)
    return serverOf({ name: `nats-server ${i + 1}`, command, args: ['-c', `${folder}/${i}/nats.conf`], url: `nats://127.0.0.1:${client}`, health: `http://127.0.0.1:${monitor}/varz` })
  })
}

/** A collector, as `npx rihla collect` starts it. @type {(given: { number: number, clickhouse?: readonly string[], nats?: readonly string[], db?: string }) => Promise<Server>} */
export const collector = async ({ number, clickhouse: stores = [], nats: logs = [], db }) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const script = fileURLToPath(new URL('../../examples/collector/server.js', import.meta.url))
  const place = db === undefined ? ['--clickhouse', stores.join(), '--nats', logs.join()] : ['--db', db]
  return serverOf({ name: `collector ${number}`, command: process.execPath, args: [script, '--port', `${port}`, ...place], url, health: `${url}/health` })
}

/** A balancer before collectors: whose health check fails gets nothing. @type {(given: { folder: string, command?: string, backends: readonly string[] }) => Promise<Server>} */
export const haproxy = async ({ folder, command = 'haproxy', backends }) => {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const lines = [
    'defaults', '  mode http', '  option redispatch', '  retries 2', '  timeout connect 1s', '  timeout client 30s', '  timeout server 30s', '  option httpchk GET /health',
    'frontend rihla', `  bind 127.0.0.1:${port}`, '  default_backend collectors',
    'backend collectors', '  default-server inter 500ms fall 1 rise 1', ...backends.map((backend, i) => `  server c${i + 1} ${new URL(backend).host} check`),
  ]
  writeFileSync(`${folder}/haproxy.cfg`, `${lines.join('\n')}\n`)
  return serverOf({ name: 'haproxy', command, args: ['-db', '-f', `${folder}/haproxy.cfg`], url, health: `${url}/health` })
}
