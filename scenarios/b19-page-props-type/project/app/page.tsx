import Link from "next/link";

export default function Home() {
  return <Link href="/blog/first-steps">First steps</Link>;
}
