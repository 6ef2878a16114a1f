import type { NextConfig } from 'next'

const nextConfig: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  typedRoutes: true,
  // This project is an example: it keeps no generated instructions for agents.
  agentRules: false,
}

export default nextConfig
