import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['{tokens,sdk,widget,console}/**/*.test.{ts,tsx}'], exclude: ['**/node_modules/**'] },
})
