import { expect, test } from 'vitest'

test('notices are shown by one way alone, so that each can be closed by name', () => {
  const sources = Object.entries(import.meta.glob<string>('./**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }))
  expect(sources.length).toBeGreaterThan(100)
  const showing = sources.filter(([, text]) => text.includes("from '@mantine/notifications'")).map(([path]) => path)
  expect(showing.filter((path) => path !== './notify.test.ts').toSorted()).toEqual(['./main.tsx', './notify.ts'])
})
