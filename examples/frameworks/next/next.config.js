export default {
  // It has a native part, which no bundler can take.
  serverExternalPackages: ['@duckdb/node-api'],
}
