import adapter from '@sveltejs/adapter-node'

export default {
  kit: {
    adapter: adapter(),
    // Another shop, which sends its touchpoints here.
    csrf: { trustedOrigins: ['https://shop.example'] },
  },
}
