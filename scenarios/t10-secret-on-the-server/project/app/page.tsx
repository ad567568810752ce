import { Refresh } from "@/components/Refresh";
import { countMembers } from "@/lib/members";

export default async function Home() {
  const members = await countMembers();
  return (
    <main>
      <p>{members} members</p>
      <Refresh />
    </main>
  );
}
