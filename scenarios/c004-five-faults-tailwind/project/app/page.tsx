import { Hero } from '../components/hero';
import { env } from '../lib/env';

export default function Page() {
  return <Hero url={env.SITE_URL} />;
}
