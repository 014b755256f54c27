import { Contact } from '@weikeyi/sdk/json'
import type { ContactChanged } from '@weikeyi/sdk/wire/event'
import { expect, test } from 'vitest'
import { merged } from './use_contact'

test('what is said of a contact replaces what was known; empty fields say nothing, empty attributes go', () => {
  const known = Contact.fromPartial({ id: '1', name: 'Mei', email: 'mei@example.test', attributes: { plan: 'free', cart: '3' } })
  const said: ContactChanged = { name: 'Mei Chen', email: '', phone: '', attributes: { plan: 'pro', cart: '', city: '杭州' } }
  expect(merged(known, said)).toMatchObject({ id: '1', name: 'Mei Chen', email: 'mei@example.test', attributes: { plan: 'pro', city: '杭州' } })
  expect(merged(known, said).attributes).not.toHaveProperty('cart')
})
