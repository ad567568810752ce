'use client';

import { useSearchParams } from 'next/navigation';

export function Hero({ url }: { url: string }) {
  const query = useSearchParams();
  return (
    <h1 className="text-xl">
      {url} {query.get('from')}
    </h1>
  );
}
