import { expect, it } from 'vitest'
import { UuidSource } from './uuid'

const random = (bytes: Uint8Array<ArrayBuffer>): void => bytes.forEach((_, index) => (bytes[index] = Math.floor(Math.random() * 256)))

it('makes well-formed UUIDv7s that sort as made, also when the clock stands or steps back', () => {
  let now = 1_700_000_000_000
  const source = new UuidSource(() => now, random)
  const made: string[] = []
  for (let index = 0; index < 20_000; index += 1) {
    if (index === 10_000) now -= 5_000
    made.push(source.next())
  }
  for (const uuid of made) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

it('follows ids of an earlier page', () => {
  const earlier = new UuidSource(() => 1_700_000_009_000, random).next()
  const source = new UuidSource(() => 1_700_000_000_000, random)
  source.follow(earlier)
  expect(source.next() > earlier).toBe(true)
})
