import { expect, test } from 'vitest'
import { visitorName } from './visitor_name'

test('a visitor is called by their name, or by the end of their number', () => {
  const name = (of: Parameters<typeof visitorName>[0]): string => visitorName(of, (key) => key)
  expect(name({ contactName: 'Lea', contactId: '123456' })).toBe('Lea')
  expect(name({ contactName: '', contactId: '123456' })).toBe('visitor 3456')
  expect(name(undefined)).toBe('visitor')
})
