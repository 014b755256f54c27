import type { Agent } from '@weikeyi/sdk/json'
export default function ProfilePage({ me }: { me: Agent }) { return <main className="page">{me.name}</main> }
