import { Button, Container, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Agent } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { useI18n, type Language } from '../i18n'
import { calls } from './calls'
import { Failure, Section } from './parts'
import { PasswordChange } from './password_change'
import { SessionList } from './session_list'
import { useTexts } from './texts'
import { TwoStep } from './two_step'

/** One's own account. */
export default function ProfilePage({ me }: { me: Agent }) {
  const { w } = useTexts()
  return (
    <Container size="sm" py="md" w="100%" h="100%" style={{ overflowY: 'auto' }}>
      <Stack>
        <Title order={1} size="h3">
          {w('profile')}
        </Title>
        <AboutYou me={me} />
        <PasswordChange me={me} />
        <TwoStep me={me} />
        <SessionList />
      </Stack>
    </Container>
  )
}

function AboutYou({ me }: { me: Agent }) {
  const { w } = useTexts()
  const { language, setLanguage } = useI18n()
  const queries = useQueryClient()
  const [name, setName] = useState(me.name)
  const [locale, setLocale] = useState<Language>(language)
  const save = useMutation({
    mutationFn: () => calls.updateProfile({ name: name.trim(), locale }),
    onSuccess: async () => {
      setLanguage(locale)
      await queries.invalidateQueries({ queryKey: ['me'] })
    },
  })
  return (
    <Section title={w('aboutYou')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack gap="sm">
          <Failure error={save.error} />
          <TextInput label={w('email')} value={me.email} disabled />
          <TextInput label={w('name')} required autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Select
            label={w('language')}
            allowDeselect={false}
            data={[
              { value: 'zh-CN', label: '简体中文' },
              { value: 'en', label: 'English' },
            ]}
            value={locale}
            onChange={(value) => setLocale(value === 'en' ? 'en' : 'zh-CN')}
          />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {w('save')}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {save.isSuccess ? w('saved') : ''}
            </Text>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
