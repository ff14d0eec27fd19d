// @ts-check

/**
 * Closes all of them at SIGINT or SIGTERM, then ends the process. Whoever asks again does not want to wait.
 * @param {...{ close: () => Promise<void> }} running
 */
export const stopAtSignal = (...running) => {
  let stoppedAt = 0
  const stop = async () => {
    // npm passes on the Ctrl+C that the terminal has already sent: that is not asking again.
    if (stoppedAt > 0 && Date.now() - stoppedAt > 500) process.exit(1)
    if (stoppedAt > 0) return
    stoppedAt = Date.now()
    await Promise.all(running.map(({ close }) => close()))
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
